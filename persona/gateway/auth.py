"""Who asks: the bank's own server (a bearer token), a customer (a JWT), an editor, or, where none is configured, anybody."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from persona.gateway.settings import LEAST_TOKEN, secret, secret_file

ALGORITHMS = ("HS256", "RS256")
LEAST_KEY = 32  # bytes of an HS256 key: RFC 7518, section 3.2
EDITORS = "editor-"  # with authentication, an editor's senders begin so: the token opens no customer's conversation
OPTIONS = frozenset({"client_token", "jwt_key", "jwt_key_file", "jwt_algorithm", "jwt_audience", "jwt_issuer", "jwt_leeway", "require_auth"})
_BEARER = re.compile(r"bearer +(\S+)", re.I)


class RefusedError(Exception):
    """A request that goes no further: HTTP status, code for programs, the reason in Chinese."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.reason = reason


def bears(header: str | None, token: str) -> bool:
    """Whether an Authorization header carries the token. With no token nobody does."""
    scheme, _, given = (header or "").partition(" ")
    if not token or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), token.encode())


@dataclass(frozen=True)
class Caller:
    """`kind`: anybody, client, customer or editor.  sender: the only one a customer's token speaks for."""

    kind: str
    sender: str | None = None

    def speaks_for(self, sender: str) -> None:
        """RAISES RefusedError when this caller may not send as `sender`."""
        if self.kind == "customer" and sender != self.sender:
            raise RefusedError(403, "wrong_sender", "sender 要和令牌里的 sub 一样：一个令牌只能说自己的话。")
        if self.kind == "editor" and not sender.startswith(EDITORS):
            raise RefusedError(403, "wrong_sender", f"编辑的 sender 要以 {EDITORS} 开头：编辑令牌打不开客户的对话。")


ANYBODY = Caller("anybody")


@dataclass(frozen=True)
class Auth:
    """How customers are known. With neither a client token nor a key nobody is asked.

    leeway: seconds by which clocks may differ.
    """

    client_token: str = ""
    key: str = ""
    algorithm: str = "HS256"
    audience: str | None = None
    issuer: str | None = None
    leeway: float = 30.0
    editor_token: str = ""

    def __post_init__(self) -> None:
        """RAISES ValueError for a key that cannot be used."""
        if self.algorithm not in ALGORITHMS:
            raise ValueError(f"credentials.yml：jwt_algorithm 只能是 {' 或 '.join(ALGORITHMS)}。")
        if not self.key:
            return
        if self.algorithm == "HS256" and len(self.key.encode()) < LEAST_KEY:
            raise ValueError(f"credentials.yml：jwt_key 太短，HS256 至少 {LEAST_KEY} 个字节；用 openssl rand -hex 32 生成一个。")
        if self.algorithm == "RS256":
            import jwt

            try:
                jwt.get_algorithm_by_name("RS256").prepare_key(self.key)
            except (ValueError, TypeError, jwt.PyJWTError):
                raise ValueError("credentials.yml：RS256 的 jwt_key 要是 PEM 公钥（-----BEGIN PUBLIC KEY-----）。") from None

    @classmethod
    def from_options(cls, options: Mapping[str, Any], editor_token: str = "") -> Auth:
        """Read the options of credentials.yml; RAISES ValueError when they do not go together."""
        key = secret(options.get("jwt_key")) or secret_file(options.get("jwt_key_file"), "jwt_key_file")
        auth = cls(
            client_token=secret(options.get("client_token"), LEAST_TOKEN, "client_token"),
            key=key,
            algorithm=secret(options.get("jwt_algorithm")) or "HS256",
            audience=secret(options.get("jwt_audience")) or None,
            issuer=secret(options.get("jwt_issuer")) or None,
            leeway=float(secret(options.get("jwt_leeway")) or 30),
            editor_token=editor_token,
        )
        if secret(options.get("require_auth")).lower() in ("true", "1", "yes") and not auth.enabled:
            raise ValueError("credentials.yml：require_auth 打开了，却没有 client_token，也没有 jwt_key 或 jwt_key_file；不启动。")
        return auth

    @property
    def enabled(self) -> bool:
        """Whether a request needs a token."""
        return bool(self.client_token or self.key)

    def caller(self, header: str | None) -> Caller:
        """Who sent this Authorization header; RAISES RefusedError (401)."""
        if not self.enabled:
            return ANYBODY
        if bears(header, self.editor_token):
            return Caller("editor")
        if bears(header, self.client_token):
            return Caller("client")
        match = _BEARER.fullmatch((header or "").strip())
        if match is None:
            raise RefusedError(401, "unauthorized", "需要 Authorization: Bearer <令牌>。")
        if not self.key:
            raise RefusedError(401, "bad_token", "令牌不对。")
        return Caller("customer", self._subject(match.group(1)))

    def _subject(self, token: str) -> str:
        import jwt

        try:
            claims = jwt.decode(
                token, self.key, algorithms=[self.algorithm], audience=self.audience, issuer=self.issuer, leeway=self.leeway,
                options={"require": ["exp", "sub"], "verify_aud": self.audience is not None},
            )
        except jwt.ExpiredSignatureError:
            raise RefusedError(401, "token_expired", "令牌过期了，请重新登录。") from None
        except jwt.InvalidAudienceError:
            raise RefusedError(401, "wrong_audience", "令牌不是发给这里用的（aud 不对）。") from None
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise RefusedError(401, "bad_token", "令牌不对：签名、算法或内容（exp、sub）不合要求。") from None
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject.strip():
            raise RefusedError(401, "bad_token", "令牌不对：sub 要是文字。")
        return subject
