"""The project's own bot behind its real channels, in this process, and a real Chromium."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.driver import MISSING, Browser
from tests.services.processes import free_port, listening

if TYPE_CHECKING:
    from tests.talk import Bot

HERE = Path(__file__).parent


class Site:
    """Both channels on a free port. `answer` replaces the bot for one test; `asked` is what the REST channel handed over."""

    def __init__(self, bot: Bot) -> None:
        from rasa.core.channels.channel import UserMessage, register
        from sanic import Sanic

        from persona.rasa_adapter.channel import MascotRest
        from persona.rasa_adapter.page import WebPage
        from persona.rasa_adapter.rest_options import RestOptions

        self.answer: Any = None
        self.asked: list[UserMessage] = []
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

        async def handle(message: UserMessage) -> Any:
            self.asked.append(message)
            return await (self.answer or bot.agent.handle_message)(message)

        class Agent:
            handle_message = staticmethod(handle)

        app = Sanic("browser_tests", configure_logging=False)
        app.ctx.agent = Agent()
        # A page of another site (another port is another origin) may embed the chat; a third may not.
        self.host, self.stranger = (free_port() for _ in range(2))
        page = WebPage(("'self'", f"http://127.0.0.1:{self.host}"))
        register([MascotRest(RestOptions(per_minute=0)), page], app, "/webhooks/")
        self.loop = asyncio.new_event_loop()

        def serve() -> None:
            asyncio.set_event_loop(self.loop)
            server = self.loop.run_until_complete(app.create_server("127.0.0.1", self.port, return_asyncio_server=True, access_log=False))
            self.loop.run_until_complete(server.startup())
            self.loop.run_forever()

        threading.Thread(target=serve, daemon=True).start()
        assert listening(self.port, 20)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)


@pytest.fixture(scope="package")
def site(bot: Bot) -> Iterator[Site]:
    server = Site(bot)
    yield server
    server.close()


@pytest.fixture(scope="package")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if MISSING:
        pytest.skip(MISSING)
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def browser(window: Browser, site: Site) -> Iterator[Browser]:
    site.answer = None
    site.asked.clear()
    yield window
    window.frame(None)
    window.network()
