"""A real Agent with the real action executor, in one process: what `mascot test` and the tests talk to."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import uuid
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog
from rasa_sdk.executor import ActionExecutor

from persona.nlu.archive import newest

_COUNT = itertools.count()


class InProcessActions(EndpointConfig):
    """The action server's executor without the HTTP in between; requests are kept for inspection."""

    def __init__(self) -> None:
        super().__init__(url="http://127.0.0.1:9/webhook", enable_selective_domain=True)
        self.executor = ActionExecutor()
        self.executor.register_package("actions")
        self.requests: list[dict[str, Any]] = []

    async def request(self, method: str = "post", json: Any = None, **kwargs: Any) -> Any:
        """Run an action as the server would."""
        body = _through_json(json)
        self.requests.append(body)
        return _through_json(await self.executor.run(body))


def _through_json(data: Any) -> Any:
    return json.loads(json.dumps(data))


class Bot:
    """Holds conversations; every `Talk` is another customer."""

    def __init__(self, endpoints: str = "endpoints.yml", model: str | None = None, **overrides: Any) -> None:
        configure_structlog(logging.ERROR)
        available = AvailableEndpoints.read_endpoints(endpoints)
        available.action = self.actions = InProcessActions()
        for name, value in overrides.items():
            setattr(available, name, value)
        self.loop = asyncio.new_event_loop()
        self.agent: Agent = self.loop.run_until_complete(load_agent(model or str(newest(Path("models"))), endpoints=available))
        assert self.agent.processor is not None

    def say(self, sender: str, text: str, metadata: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Send one message; the bubbles that a REST client would receive."""
        channel = CollectingOutputChannel()
        message = UserMessage(text, channel, sender, input_channel="rest", metadata=metadata or {})
        self.loop.run_until_complete(self.agent.handle_message(message))
        return list(channel.messages)

    def tracker(self, sender: str) -> Any:
        """The stored tracker of a sender."""
        return self.loop.run_until_complete(self.agent.tracker_store.retrieve(sender))

    def talk(self, name: str = "", **metadata: Any) -> Talk:
        """A new customer. The words depend on the sender, so a named customer hears the same words every time."""
        sender = f"t-{uuid.uuid5(uuid.NAMESPACE_URL, name).hex}" + ("" if name else f"-{next(_COUNT)}")
        return Talk(self, metadata, sender)


class Talk:
    """One conversation."""

    def __init__(self, bot: Bot, metadata: dict[str, Any], sender: str) -> None:
        self.bot = bot
        self.metadata = metadata
        self.sender = sender

    def __call__(self, text: str) -> str:
        """All bubbles of the answer joined, buttons as 〔title〕: what a person reads."""
        return flat(self.bot.say(self.sender, text, self.metadata))

    def raw(self, text: str) -> list[dict[str, Any]]:
        """The bubbles of the answer."""
        return self.bot.say(self.sender, text, self.metadata)

    @property
    def tracker(self) -> Any:
        """The stored tracker."""
        return self.bot.tracker(self.sender)


def flat(bubbles: list[dict[str, Any]]) -> str:
    """Bubbles as a person reads them."""
    lines: list[str] = []
    for bubble in bubbles:
        lines.append(bubble.get("text") or "")
        lines.append("".join(f"〔{b['title']}〕" for b in bubble.get("buttons") or []))
    return "\n".join(line for line in lines if line)
