"""Who is an editor, and what an editor who asks for a review is told.

An editor is known by the channel alone: the REST channel by the bearer token, `mascot chat --editor` by sitting at the
terminal. The proof is an object that no JSON can bring along, so neither a client nor an action can claim it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from persona.compliance.copy_review import CopyReview, draft_in, meant, publishing, review
from persona.labels import full_label
from persona.project import LOCAL_EDITOR
from persona.rasa_adapter.house import House

ROLE = "role"
EDITOR = "editor"
INTENT = "review_copy"
PUBLIC = "utter_review_copy"


class Proven(str):
    """A role that a channel of ours has checked; equal to its name, told apart by its type."""


def at_the_terminal() -> bool:
    """Whether this process was started by `mascot chat --editor`."""
    return os.environ.get(LOCAL_EDITOR) == "1"


def proven(metadata: Mapping[str, Any] | None, input_channel: str | None) -> bool:
    """Whether a message that is just coming in is an editor's."""
    role = (metadata or {}).get(ROLE)
    if isinstance(role, Proven):
        return role == EDITOR
    return input_channel == "cmdline" and at_the_terminal()


def from_editor(event: UserUttered | None) -> bool:
    """Whether a logged message is an editor's: the door has dropped every role that was not proven."""
    return event is not None and (event.metadata or {}).get(ROLE) == EDITOR


def asks_for_review(text: str, metadata: Mapping[str, Any] | None, tracker: DialogueStateTracker) -> bool:
    """Whether the classifier need not look: a known editor hands in a draft, a new version, or wants to publish."""
    known = isinstance((metadata or {}).get(ROLE), Proven) or at_the_terminal()
    return known and meant(text, _reviewing(tracker))


def review_of(event: UserUttered | None, house: House) -> CopyReview | None:
    """The review that an editor's message asks for; None for everybody else's and when there is no draft."""
    if event is None or not from_editor(event) or full_label(event.parse_data) != INTENT:
        return None
    text = event.text or ""
    draft = None if publishing(text) else draft_in(text)
    return review(house.guard, draft) if draft else None


def answer(tracker: DialogueStateTracker, house: House) -> tuple[str, dict[str, str]]:
    """The response to `review_copy` and what is filled into it; in public it declines."""
    event = tracker.latest_message
    if not from_editor(event):
        return PUBLIC, {}
    assert event is not None
    done = review_of(event, house)
    if done is None:
        return f"{PUBLIC}.{'approval' if publishing(event.text or '') else 'ask'}", {}
    values = {
        "count": str(len(done.findings) + bool(done.missing)),
        "findings": "\n".join(done.findings) or "说法没有查出要改的。",
        "missing": "还缺这些披露：\n" + "\n".join(done.missing) if done.missing else "披露没有查出缺的。",
        "questions": "\n".join(done.questions),
        "ruleset": done.decision.ruleset,
        "day": house.institution.today().isoformat(),
    }
    return f"{PUBLIC}.{'clean' if done.decision.allowed else 'findings'}", values


def _reviewing(tracker: DialogueStateTracker) -> bool:
    last = next((e for e in reversed(tracker.events) if isinstance(e, BotUttered)), None)
    name = str(((last.metadata if last else {}).get("metadata") or {}).get("response") or "")
    return name.startswith(f"{PUBLIC}.")
