"""What credentials.yml says of the REST channel, read and checked once: a wrong line stops the start and says what to mend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from persona.gateway import auth as gate
from persona.gateway.address import Network, networks
from persona.gateway.auth import Auth
from persona.gateway.settings import LEAST_TOKEN, secret
from persona.gateway.shared import Shared

_NUMBERS = ("max_chars", "max_body", "per_minute", "per_minute_address")
_KNOWN = frozenset({*_NUMBERS, "editor_token", "allowed_origins", "trusted_proxies", "redis_url", *gate.OPTIONS})
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?")


@dataclass(frozen=True)
class RestOptions:
    """Limits (0: none), who may ask, which pages may, behind which proxies, and the Redis that several workers share."""

    max_chars: int = 4000
    max_body: int = 65_536
    per_minute: int = 120
    per_minute_address: int = 0
    auth: Auth = field(default_factory=Auth)
    allowed_origins: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()
    redis_url: str = ""

    @classmethod
    def from_credentials(cls, options: Mapping[str, Any]) -> RestOptions:
        """RAISES ValueError with what is wrong."""
        unknown = set(options) - _KNOWN
        if unknown:
            raise ValueError(f"credentials.yml：MascotRest 不认识 {', '.join(sorted(unknown))}；可写 {'、'.join(sorted(_KNOWN))}。")
        editor = secret(options.get("editor_token"), LEAST_TOKEN, "editor_token")
        origins = _list(options.get("allowed_origins"), "allowed_origins")
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"credentials.yml：allowed_origins 里的 {origin!r} 不是来源；例如 https://www.bank.example，不带路径，不能写 *。")
        return cls(
            **{name: _number(options[name], name) for name in _NUMBERS if name in options},
            auth=Auth.from_options(options, editor),
            allowed_origins=frozenset(origin.lower() for origin in origins),
            proxies=networks(_list(options.get("trusted_proxies"), "trusted_proxies")),
            redis_url=secret(options.get("redis_url")),
        )

    def allows(self, origin: str | None) -> bool:
        """Whether a page of this origin may read the answers."""
        return bool(origin) and str(origin).lower() in self.allowed_origins

    def shared(self) -> Shared | None:
        """The state that workers share, None without a Redis."""
        return Shared(self.redis_url) if self.redis_url else None


def _number(value: object, name: str) -> int:
    try:
        number = int(secret(value) or 0)
    except ValueError:
        number = -1
    if number < 0:
        raise ValueError(f"credentials.yml：{name} 要是不小于 0 的整数。")
    return number


def _list(value: object, name: str) -> list[str]:
    """A list, or a text with commas as it comes from the environment."""
    if value is None or isinstance(value, str):
        return [part.strip() for part in secret(value).split(",") if part.strip()]
    if not isinstance(value, list):
        raise ValueError(f"credentials.yml：{name} 要是一个列表。")
    return [str(part).strip() for part in value]
