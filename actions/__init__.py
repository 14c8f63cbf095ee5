"""Custom actions: what to say. How it is said belongs to `persona.rasa_adapter.nlg`, whether to `persona.compliance`."""
