"""Understanding: what a customer's sentence means, without rasa.

`Parser` turns text into an intent with calibrated probability and entities; the Rasa component in
`persona.rasa_adapter.classifier` and the command `mascot parse` both call it.
"""
