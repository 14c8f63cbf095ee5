"""Rasa's RulePolicy, which lets a clerk speak first."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from persona.rasa_adapter import staff


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class MascotPolicy(RulePolicy):
    """The rules of data/rules; in a conversation with a ticket what staff wrote comes first, and while a clerk has the
    conversation the mascot listens (persona/rasa_adapter/staff.py)."""

    def predict_action_probabilities(
        self, tracker: DialogueStateTracker, domain: Domain, rule_only_data: dict[str, Any] | None = None, **kwargs: Any
    ) -> PolicyPrediction:
        """The next action: of a clerk's turn, else of the rules."""
        if not tracker.get_slot(staff.SLOT):
            return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        name = staff.next_action(tracker)
        if name:
            return self._prediction(self._prediction_result(name, tracker, domain))
        return super().predict_action_probabilities(staff.without_delivery(tracker), domain, rule_only_data, **kwargs)
