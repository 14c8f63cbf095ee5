"""Rasa's RulePolicy, which lets a clerk speak first and looks no further back than its rules do."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker

from persona.rasa_adapter import staff
from persona.rasa_adapter.recent import Recent, Shape


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class MascotPolicy(RulePolicy):
    """The rules of data/rules; in a conversation with a ticket what staff wrote comes first, and while a clerk has the
    conversation the mascot listens (persona/rasa_adapter/staff.py)."""

    _shape: Shape | None = None  # known once conversations are held; training asks for whole ones

    def predict_action_probabilities(
        self, tracker: DialogueStateTracker, domain: Domain, rule_only_data: dict[str, Any] | None = None, **kwargs: Any
    ) -> PolicyPrediction:
        """The next action: of a clerk's turn, else of the rules."""
        if self._shape is None:
            self._shape = Shape(self.lookup[RULES], self.lookup[RULES_FOR_LOOP_UNHAPPY_PATH])
        if not tracker.get_slot(staff.SLOT):
            return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        name = staff.next_action(tracker)
        if name:
            return self._prediction(self._prediction_result(name, tracker, domain))
        return super().predict_action_probabilities(staff.without_delivery(tracker), domain, rule_only_data, **kwargs)

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input and self._shape is not None and not self._shape.asks_words:
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        return found

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        some = lookup if self._shape is None or not states else self._shape.may_hold(lookup, states)
        found: set[str] = super()._get_possible_keys(some, states)
        return found

    def _prediction_states(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        seen: Any = tracker if self._shape is None else Recent(tracker, self._shape.longest)
        states: list[State] = super()._prediction_states(seen, domain, use_text_for_last_user_input, rule_only_data)
        return states
