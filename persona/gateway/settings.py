"""Values of credentials.yml: `"${NAME}"` in quotes is read from the environment, empty when NAME is not set."""

from __future__ import annotations

import os
import re
from pathlib import Path

LEAST_TOKEN = 16  # characters
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def secret(value: object, least: int = 0, what: str = "") -> str:
    """A value of credentials.yml as text; RAISES ValueError when it is shorter than `least` characters, and not empty."""
    text = "" if value is None else str(value).strip()
    variable = _VARIABLE.fullmatch(text)
    found = os.environ.get(variable.group(1), "").strip() if variable else text
    if found and len(found) < least:
        raise ValueError(f"credentials.yml：{what} 太短，至少 {least} 个字符；用 openssl rand -hex 32 生成一个。")
    return found


def secret_file(value: object, what: str) -> str:
    """What stands in the file that the value names, empty without a name; RAISES ValueError when it cannot be read."""
    name = secret(value)
    if not name:
        return ""
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"credentials.yml：{what} 写的 {name} 读不出来。") from None
