"""The request that is being answered: its id, and what of it no log may hold. Follows the request through its tasks."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field

from persona.compliance.secrets import in_identifier

_GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


@dataclass
class Turn:
    """One request.

    text: the customer's words as they came, kept out of structured logs.  hidden: secrets that only the messages before
    gave away, kept out of every log.  key: what a retry is known by, None when the client named none.  replayed: the
    answer is one that was given before.  busy: the first request of this key is still being answered.
    """

    request_id: str
    text: str = ""
    hidden: set[str] = field(default_factory=set)
    key: str | None = None
    replayed: bool = False
    busy: bool = False


TURN: ContextVar[Turn | None] = ContextVar("mascot_turn", default=None)


def request_id(given: str | None) -> str:
    """The client's id when it is well-formed and no secret, else a new one."""
    if given and _GIVEN.fullmatch(given) and in_identifier(given) is None:
        return given
    return uuid.uuid4().hex


def hide(secrets: set[str]) -> None:
    """Keep these strings out of the logs of this turn."""
    turn = TURN.get()
    if turn is None:
        turn = Turn(request_id="")
        TURN.set(turn)
    turn.hidden |= secrets
