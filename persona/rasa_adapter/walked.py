"""What is found by going through a conversation's events, found once: a later look goes on where the last one ended.

A turn asks some ten times what was said so far. Events are only ever added to a conversation; where one was put in its
place otherwise (a copy with fewer, a history that forgets) its first or last known event is another, and all are looked at.
"""

from __future__ import annotations

from copy import copy
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

F = TypeVar("F", bound="Finding")
_WALKS = "_walks"  # of a tracker and its copies: what was found, by kind


class Finding:
    """What one look is for. Its attributes are lists, to which `add` appends, and plain values."""

    def add(self, event: Event) -> None:
        """Take one more event into account."""
        raise NotImplementedError

    def twin(self: F) -> F:
        """The same finding, to go on from: somebody may hold this one, or go on from it with a copy of the tracker."""
        other = copy(self)
        for name, value in self.__dict__.items():
            if isinstance(value, list):
                setattr(other, name, value.copy())
        return other


class _Known(NamedTuple):
    length: int
    first: Event
    last: Event
    found: Any


def walked(tracker: DialogueStateTracker | None, kind: type[F]) -> F:
    """`kind()` after all events of the tracker, oldest first. It is shared: to be read only."""
    if tracker is None or not tracker.events:
        return kind()
    events = tracker.events
    walks: dict[type[Finding], _Known] = tracker.__dict__.setdefault(_WALKS, {})
    known = walks.get(kind)
    if known and known.length <= len(events) and events[0] is known.first and events[known.length - 1] is known.last:
        found: F = known.found
        if known.length == len(events):
            return found
        found, new = known.found.twin(), list(islice(reversed(events), len(events) - known.length))[::-1]
    else:
        found, new = kind(), list(events)
    for event in new:
        found.add(event)
    walks[kind] = _Known(len(events), events[0], events[-1], found)
    return found
