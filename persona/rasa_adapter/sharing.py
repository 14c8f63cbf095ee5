"""A Sanic server on a socket that its parent opened: several workers on one address, none of which can drop a connection.

`persona.workers` opens the socket and starts the workers. The parent keeps it open, so what arrives while a worker is
restarted waits in the kernel's queue for another one. Rasa and its SDK call `Sanic.run(host, port)` without a way to hand a
socket over, so that call is completed here, for the Sanic both of them pin.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from persona.workers import DRAIN, LISTEN, READY

SUPPORTED = "21.12."


def share() -> None:
    """Let `Sanic.run` use the parent's socket and tell it when the worker is ready; nothing without a parent."""
    if not os.environ.get(LISTEN):
        return
    import sanic

    if not sanic.__version__.startswith(SUPPORTED):
        raise RuntimeError(f"persona.rasa_adapter.sharing 是对照 Sanic {SUPPORTED}x 写的，现在装的是 {sanic.__version__}。")
    original = sanic.Sanic.run
    listening, ready = int(os.environ[LISTEN]), int(os.environ[READY])

    def run(app: Any, host: str | None = None, port: int | None = None, **options: Any) -> None:
        async def tell(*_: Any) -> None:
            os.write(ready, b"1")
            os.close(ready)

        app.register_listener(tell, "after_server_start")
        app.config.GRACEFUL_SHUTDOWN_TIMEOUT = DRAIN
        original(app, sock=socket.socket(fileno=listening), **{**options, "workers": 1})

    sanic.Sanic.run = run


def main() -> None:
    """Run rasa_sdk's command line on the parent's socket."""
    share()
    from rasa_sdk.__main__ import main as actions

    sys.argv[0] = "rasa_sdk"
    actions()


if __name__ == "__main__":
    main()
