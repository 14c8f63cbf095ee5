"""A real Agent with the real action executor, in one process: what conversation tests talk to."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import uuid
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog
from rasa_sdk.executor import ActionExecutor

_COUNT = itertools.count()
ROOT = Path(__file__).parent.parent


class InProcessActions(EndpointConfig):
    """The action server's executor without the HTTP in between; requests are kept for inspection."""

    def __init__(self) -> None:
        super().__init__(url="http://127.0.0.1:9/webhook", enable_selective_domain=True)
        self.executor = ActionExecutor()
        self.executor.register_package("actions")
        self.requests: list[dict[str, Any]] = []

    async def request(self, method: str = "post", json: Any = None, **kwargs: Any) -> Any:
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
        self.agent: Agent = self.loop.run_until_complete(load_agent(model or str(newest_model()), endpoints=available))
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

    def talk(self, **metadata: Any) -> Talk:
        """A new customer."""
        return Talk(self, metadata)


class Talk:
    """One conversation."""

    def __init__(self, bot: Bot, metadata: dict[str, Any]) -> None:
        self.bot = bot
        self.metadata = metadata
        # The words depend on the sender: a test that fails today fails tomorrow with the same words.
        name = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
        self.sender = f"t-{uuid.uuid5(uuid.NAMESPACE_URL, name).hex}-{next(_COUNT)}"

    def __call__(self, text: str) -> str:
        """All bubbles of the answer joined, buttons as 〔title〕: what a person reads."""
        return flat(self.bot.say(self.sender, text, self.metadata))

    def raw(self, text: str) -> list[dict[str, Any]]:
        return self.bot.say(self.sender, text, self.metadata)

    @property
    def tracker(self) -> Any:
        return self.bot.tracker(self.sender)


def flat(bubbles: list[dict[str, Any]]) -> str:
    lines: list[str] = []
    for bubble in bubbles:
        lines.append(bubble.get("text") or "")
        lines.append("".join(f"〔{b['title']}〕" for b in bubble.get("buttons") or []))
    return "\n".join(line for line in lines if line)


def newest_model() -> Path:
    models = sorted((ROOT / "models").glob("*.tar.gz"), key=lambda p: p.stat().st_mtime)
    assert models, "没有模型，先运行 make train"
    return models[-1]
