"""What a customer may see of the own conversation, and its deletion: the last messages of the tracker store, masked."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from rasa.core.actions.action import ACTION_SESSION_START_NAME
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered

from persona import state
from persona.compliance.audit import conversation_hash
from persona.compliance.secrets import mask
from persona.mascot import speaking
from persona.privacy import forget
from persona.rasa_adapter.door import MascotInMemoryStore, MascotSQLStore
from persona.rasa_adapter.house import house
from persona.rasa_adapter.rich import meta

logger = logging.getLogger(__name__)

MOST = 50


async def read(agent: Any, sender: str) -> dict[str, Any]:
    """`{"messages": [{at, speaker, text, buttons?, meta?}]}`: at most the last 50, oldest first."""
    tracker = await agent.tracker_store.retrieve_full_tracker(sender)
    return {"messages": messages(list(tracker.events) if tracker else [])}


async def deleted(agent: Any, sender: str) -> dict[str, Any]:
    """Delete the conversation, what was said on tickets and give-away entries.

    What the customer has decided and is to outlast a session (the opt-out) stays, in a new session without a word in it.
    RAISES what the store raises; `incomplete` names what could not be reached beside it.
    """
    store = agent.tracker_store
    async with agent.lock_store.lock(sender):  # no turn of this customer runs meanwhile
        tracker = await store.retrieve(sender)
        kept = {k: v for k, v in tracker.current_slot_values().items() if v and k in state.OUTLASTS} if tracker else {}
        done = forget(sender)
        erased = _erase(store, sender)
        if kept:
            fresh = await store.retrieve(sender)
            for event in (ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), *(SlotSet(k, v) for k, v in kept.items()), ActionExecuted(ACTION_LISTEN_NAME)):
                fresh.update(event)
            await store.save(fresh)
    house().audit.append({"kind": "history_deleted", "conversation": conversation_hash(sender), "events": erased})
    return {"deleted": True, "tickets": [t.number for t in done.tickets], "giveaways": done.left, "incomplete": list(done.failed)}


def _erase(store: TrackerStore, sender: str) -> int:
    """Remove a conversation's events; returns how many."""
    while hasattr(store, "_tracker_store"):  # Rasa wraps the store it was given
        store = store._tracker_store
    if isinstance(store, (MascotSQLStore, MascotInMemoryStore)):
        store.not_waiting(sender)
    if isinstance(store, SQLTrackerStore):
        with store.session_scope() as session:
            gone = session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender).delete()
            session.commit()
        if store.engine.dialect.name == "sqlite":
            with store.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()  # the log of changes holds the words, too
        return int(gone)
    if isinstance(store, InMemoryTrackerStore):
        return int(store.store.pop(sender, None) is not None)
    raise RuntimeError(f"conversations cannot be deleted from {type(store).__name__}")


def messages(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The last messages as a page shows them; a pressed button as its title."""
    found: list[dict[str, Any]] = []
    titles: dict[str, str] = {}
    for event in events:
        if isinstance(event, BotUttered):
            buttons = [{"title": str(b.get("title", "")), "payload": str(b.get("payload", ""))} for b in event.data.get("buttons") or []]
            titles.update({b["payload"]: b["title"] for b in buttons})
            said = dict(event.metadata.get("metadata") or {})
            bubbles = [part for part in (event.text or "").strip().split("\n\n") if part.strip()]
            for place, text in enumerate(bubbles):
                found.append(_shown(event, mask(text)[0], buttons if place == len(bubbles) - 1 else [], said))
        elif isinstance(event, UserUttered) and event.text:
            text = titles.get(event.text) or ("" if event.text.startswith("/") else event.text)
            if text:
                found.append({"at": _at(event), "speaker": "customer", "text": mask(text)[0]})
    return found[-MOST:]


def _shown(event: BotUttered, text: str, buttons: list[dict[str, str]], said: Mapping[str, Any]) -> dict[str, Any]:
    shared = house()
    who = shared.mascots[speaking(said, {}, shared.mascots, shared.institution.mascot)]
    element: dict[str, Any] = {"text": text, **({"buttons": buttons} if buttons else {})}
    about = meta(element, said, who, shared.institution)
    return {"at": _at(event), "speaker": about["speaker"], **element, "meta": about}


def _at(event: Event) -> str:
    return datetime.fromtimestamp(event.timestamp, timezone.utc).isoformat(timespec="seconds")
