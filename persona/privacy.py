"""A customer's wish to be forgotten: what is deleted outside the conversation itself, in one place.

The chat (「删除我的聊天记录」) and `DELETE /webhooks/rest/history` both end here. The conversation's own events are the
tracker store's (rasa_adapter/history.py). Numbers, states and hashes stay: they say that something was, not what.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from persona.compliance.audit import project_log
from persona.database import database_url, engine
from persona.errors import ContentError
from persona.giveaways.sheet import Giveaway, load_giveaways
from persona.institution import load_institution
from persona.tickets import store

if TYPE_CHECKING:
    from persona.giveaways.entries import Entries
    from persona.tickets.model import Ticket

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Forgotten:
    """tickets: whose words were overwritten.  left: whether give-away entries went.  failed: what could not be reached
    (`tickets`, `giveaways`)."""

    tickets: tuple[Ticket, ...] = ()
    left: bool = False
    failed: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def sheets() -> dict[str, Giveaway]:
    """The give-aways' sheets by id; a broken one stops all of them, and the log says where."""
    return load_giveaways()


@lru_cache(maxsize=4)
def _entries(database: str) -> Entries:
    from persona.giveaways.entries import Entries

    return Entries(engine(), sheets(), project_log(load_institution()).append)


def entries() -> Entries:
    """The entries in the database that is configured now."""
    return _entries(str(database_url()))


def forget(sender: str) -> Forgotten:
    """Overwrite what was said on the sender's tickets and delete the give-away entries. Never raises."""
    from sqlalchemy.exc import SQLAlchemyError

    tickets: tuple[Ticket, ...] = ()
    left, failed = False, []
    try:
        tickets = tuple(store().forget(sender))
    except SQLAlchemyError as problem:
        logger.error("what was said on tickets could not be deleted: %s", type(problem).__name__)
        failed.append("tickets")
    try:
        left = bool(entries().leave(sender))
    except (SQLAlchemyError, ContentError) as problem:
        logger.error("give-away entries could not be deleted: %s", type(problem).__name__)
        failed.append("giveaways")
    return Forgotten(tickets, left, tuple(failed))
