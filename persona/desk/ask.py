"""What the page sends, read strictly; and the sentence it gets when that does not work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Line ends and tabs are text; other control characters and what reorders a line unseen are not.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class Refused(ValueError):  # noqa: N818 - an answer, not a failure
    """A request that is not carried out; the message is a sentence for the editor. `status` is the HTTP status."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


def text(body: Mapping[str, Any], key: str, name: str, most: int, *, needed: bool = False, lines: bool = False) -> str:
    """A text of the request, its ends trimmed. Refused when it is none, too long, or holds what nobody can see."""
    value = body.get(key, "")
    if not isinstance(value, str):
        raise Refused(f"「{name}」应当是文字。", 400)
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(value) > most:
        raise Refused(f"「{name}」太长：{len(value)} 个字，最多 {most} 个。")
    if _UNSEEN.search(value):
        raise Refused(f"「{name}」里有看不见的控制字符，多半是从别处粘贴带来的；删掉再试。")
    if not lines and "\n" in value:
        raise Refused(f"「{name}」只能写一行。")
    if needed and not value:
        raise Refused(f"「{name}」还没有写。")
    return value


def texts(body: Mapping[str, Any], key: str, name: str, most: int, chars: int) -> list[str]:
    """A list of one-line texts; empty ones are left out."""
    value = body.get(key, [])
    if not isinstance(value, list) or len(value) > most:
        raise Refused(f"「{name}」应当是列表，最多 {most} 项。", 400)
    return [one for item in value if (one := text({key: item}, key, name, chars))]


def number(body: Mapping[str, Any], key: str, name: str) -> int:
    """A whole number from 0 on."""
    value = body.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Refused(f"「{name}」应当是数字。", 400)
    return value
