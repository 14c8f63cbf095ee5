"""What goes into the audit: whose turn it was, and what the customer decided. Never raises."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from persona.compliance.audit import conversation_hash
from persona.institution import narrowed
from persona.rasa_adapter.house import House

logger = logging.getLogger(__name__)


class Ledger:
    """Appends lines with the conversation (hashed), the channel and the mascot of a turn."""

    def __init__(self, house: House, sender_id: str, slots: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        self.house = house
        self.sender_id = sender_id
        self.mascot = house.mascot_for(slots, metadata)
        self.channel = narrowed(house.institution.channel, metadata.get("channel"))

    def append(self, record: Mapping[str, Any]) -> None:
        """One line, on disk when this returns."""
        try:
            self.house.audit.append({**record, "conversation": conversation_hash(self.sender_id), "channel": self.channel, "mascot": self.mascot})
        except Exception:  # a full disk must not silence the mascot; operations see the error
            logger.exception("an audit line could not be written")

    def count(self) -> None:
        """A message that needs no line."""
        try:
            self.house.tally.count(self.mascot, self.channel)
        except Exception:
            logger.exception("a message could not be counted")

    def decided(self, before: Mapping[str, Any], after: Mapping[str, Any], because: str) -> None:
        """Lines for what changed between two states of the customer's own decisions.

        because (str): `customer`, `session` or `restart`: what ended or began it.
        """
        for slot, begun, ended in (("opted_out", "opt_out", "opt_in"), ("consent", "consent_given", "consent_ended")):
            was, now = bool(before.get(slot)), bool(after.get(slot))
            if was != now:
                self.append({"kind": begun if now else ended, "because": because})
