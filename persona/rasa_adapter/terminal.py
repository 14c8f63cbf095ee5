"""What `rasa shell` shows of an answer: the whole text, then its options with numbers, and a free line to answer.

Rasa makes a menu of a message with buttons and its text the menu's title, of which one line is to be seen: of a product the
disclosures would be cut off. A number is understood as anywhere else (options.py).

Where the input ends (Ctrl-D, or the window is closed) the conversation ends and the server with it; Rasa's server would stay.
"""

from __future__ import annotations

import errno
import termios
from typing import Any

from rasa.core.channels import console

_rasas = console._print_bot_output
_rasas_talk = console.record_messages


def options(buttons: list[dict[str, Any]]) -> str:
    """`〔1 还没转〕〔2 转人工〕`"""
    return "".join(f"〔{number} {button['title']}〕" for number, button in enumerate(buttons, 1))


def _print(message: dict[str, Any], *args: Any, **kwargs: Any) -> None:
    said = dict(message)
    buttons = said.pop("buttons", None)
    _rasas(said, *args, **kwargs)
    if buttons:
        print(options(buttons))


async def _talk(*args: Any, **kwargs: Any) -> int:
    try:
        return int(await _rasas_talk(*args, **kwargs))
    except (EOFError, termios.error):
        return 0
    except OSError as problem:
        if problem.errno != errno.EIO:  # a terminal that is gone
            raise
        return 0


def install() -> None:
    """From the next answer on."""
    console._print_bot_output = _print
    console.record_messages = _talk
