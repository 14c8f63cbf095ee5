"""Custom actions that cannot leave the customer without an answer: the one patch of Rasa, guarded by its version.

Three things are changed on `RemoteAction` of Rasa 3.6.21:
1. the action result is validated with a schema compiled once (upstream compiles and checks it on every call);
2. the action server has `DEADLINE` seconds, not 300;
3. when it is down, slow or answers nonsense, a safe answer from the domain is given in process.
With it comes what lean.py does once instead of every turn.
"""

from __future__ import annotations

import asyncio
import logging
from functools import lru_cache
from typing import Any

import rasa
from jsonschema import Draft7Validator
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction, create_bot_utterance
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from persona import metrics
from persona.emergency import response_for
from persona.labels import full_label
from persona.rasa_adapter import lean, staff, terminal
from persona.rasa_adapter.said import given
from persona.tickets.model import COMPLAINTS

logger = logging.getLogger(__name__)

SUPPORTED = "3.6.21"
DEADLINE = 3.0  # seconds
UNAVAILABLE = "utter_action_unavailable"
LAST_RESORT = "这会儿我答不上来，先别等我：急事请直接打银行卡背面的客服电话，被骗了请拨110。"

# Actions that are answered in process, never by the action server.
IN_PROCESS = {"action_default_ask_affirmation": "utter_clarify"}
# What stands in for an action that cannot be reached; actions not named here get `UNAVAILABLE`.
_original_run = RemoteAction.run


def stand_in(name: str, tracker: DialogueStateTracker) -> str:
    """The response that answers instead of the action `name`."""
    label = full_label(tracker.latest_message.parse_data) if tracker.latest_message else ""
    if name in ("action_faq", "action_anti_fraud_tip") and "/" in label:
        return f"utter_{label}"
    if name in ("action_emergency", "action_crisis"):
        return response_for(label, tracker.current_slot_values(), given(tracker).names)
    return {
        "action_handoff": f"utter_{label}" if label in COMPLAINTS else "utter_handoff_offline",
        "action_ticket_status": "utter_ticket_status",
        "action_product_info": "utter_product_unavailable",
        "action_verify_official": "utter_verify_offline",
        "action_calculate": "utter_calc_failed",
        "action_giveaway": "utter_giveaway_unavailable",
        "action_privacy_request": "utter_privacy_request",
        "action_set_city": "utter_set_city",
        "action_colleague": "utter_colleague_none",
        "action_group": "utter_group_off",
        "action_callback": "utter_stop_marketing" if label == "stop_marketing" else "utter_callback_failed",
    }.get(name, UNAVAILABLE)


@lru_cache(maxsize=1)
def _validator() -> Draft7Validator:
    return Draft7Validator(RemoteAction.action_response_format_spec())


def _validate(self: RemoteAction, result: Any) -> bool:
    _validator().validate(result)
    return True


async def _answer(name: str, output_channel: Any, nlg: Any, tracker: DialogueStateTracker) -> list[Event]:
    """The response `name` as a bot message; a fixed sentence when even that cannot be made."""
    try:
        draft = await nlg.generate(name, tracker, output_channel.name())
        if not draft and name != UNAVAILABLE:
            draft = await nlg.generate(UNAVAILABLE, tracker, output_channel.name())
    except Exception:
        logger.exception("%s could not be rendered", name)
        draft = None
    return [create_bot_utterance(draft or {"text": LAST_RESORT, "buttons": [{"title": "转人工", "payload": "/handoff"}]})]


async def _run(
    self: RemoteAction, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain
) -> list[Event]:
    name = self.name()
    if name == staff.ACTION:
        return await staff.deliver(output_channel, nlg, tracker)
    if name in IN_PROCESS:
        return await _answer(IN_PROCESS[name], output_channel, nlg, tracker)
    try:
        with metrics.timing("action"):
            events: list[Event] = await asyncio.wait_for(_original_run(self, output_channel, nlg, tracker, domain), DEADLINE)
    except ActionExecutionRejection:
        raise
    except Exception as problem:
        metrics.count("action_failures", name)
        logger.error("action %s did not answer (%s); a safe answer is given", name, type(problem).__name__)
        if name == "action_compliance_guard":
            return [SlotSet("guard_verdict", "refuse"), *await _answer("utter_product_unavailable", output_channel, nlg, tracker)]
        return await _answer(stand_in(name, tracker), output_channel, nlg, tracker)
    if name.startswith("validate_") or name == "action_validate_slot_mappings":
        # Rasa sends these before it logs them: they would bypass the door, so they stay silent.
        return [e for e in events if not isinstance(e, BotUttered)]
    return events


def install() -> None:
    """Patch `RemoteAction` once; with another Rasa the start stops, because the patch was read against 3.6.21."""
    if rasa.__version__ != SUPPORTED:
        raise RuntimeError(f"persona.rasa_adapter.remote 是对照 Rasa {SUPPORTED} 写的，现在装的是 {rasa.__version__}；请装 {SUPPORTED}。")
    if RemoteAction.run is not _run:
        RemoteAction.run = _run
        RemoteAction._validate_action_result = _validate
        lean.install()
        terminal.install()
