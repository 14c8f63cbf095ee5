"""The library's bot, as tests talk to it: a test hears the same words every time it runs."""

from __future__ import annotations

import itertools
import os
import uuid
from typing import Any

from persona.rasa_adapter import bot
from persona.rasa_adapter.bot import Talk, flat

__all__ = ["Bot", "Talk", "flat"]
_COUNT = itertools.count()


class Bot(bot.Bot):
    """Customers are named after the running test."""

    def talk(self, name: str = "", **metadata: Any) -> Talk:
        """A new customer."""
        if name:
            return super().talk(name, **metadata)
        test = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
        return Talk(self, metadata, f"t-{uuid.uuid5(uuid.NAMESPACE_URL, test).hex}-{next(_COUNT)}")
