"""Addresses, tokens, request ids, limits, retries, options: decided without a server."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from persona.gateway.address import client_address, networks
from persona.gateway.auth import Auth, RefusedError
from persona.gateway.limits import RateLimit
from persona.gateway.retries import Local, Retries, StillRunningError
from persona.gateway.settings import secret
from persona.gateway.turn import request_id

KEY = "0123456789abcdef0123456789abcdef"
PROXIES = networks(["10.0.0.0/8", "::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy of ours: whatever it claims
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.2.2.2", "198.51.100.1"),  # what the customer made up is further left
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("", None, "unknown"),
    ],
)
def test_an_address_is_believed_as_far_as_trusted_proxies_wrote_it(peer: str, forwarded: str | None, address: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


def test_without_trusted_proxies_the_header_counts_nothing() -> None:
    assert client_address("10.0.0.1", "198.51.100.1", ()) == "10.0.0.1"
    with pytest.raises(ValueError, match="trusted_proxies"):
        networks(["the-gateway"])


def token(key: Any = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode({"sub": "u-1", "exp": time.time() + 60, **claims}, key, algorithm)


def code(auth: Auth, header: str | None) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        auth.caller(header)
    assert any("\u4e00" <= c <= "\u9fff" for c in refused.value.reason)
    return refused.value.status, refused.value.code


def test_a_customers_token_speaks_for_its_own_sender_only() -> None:
    caller = Auth(key=KEY).caller(f"Bearer {token()}")
    assert (caller.kind, caller.sender) == ("customer", "u-1")
    caller.speaks_for("u-1")
    with pytest.raises(RefusedError) as refused:
        caller.speaks_for("u-2")
    assert (refused.value.status, refused.value.code) == (403, "wrong_sender")


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ({"exp": time.time() - 3600}, "token_expired"),
        ({"exp": None}, "bad_token"),
        ({"sub": ""}, "bad_token"),
        ({"nbf": time.time() + 3600}, "bad_token"),
        ({"aud": "another"}, "wrong_audience"),
    ],
)
def test_a_token_that_does_not_hold_is_refused_with_its_reason(claims: dict[str, Any], wanted: str) -> None:
    auth = Auth(key=KEY, audience="mascot")
    given = {"sub": "u-1", "exp": time.time() + 60, "aud": "mascot", **claims}
    made = jwt.encode({k: v for k, v in given.items() if v is not None}, KEY)
    assert code(auth, f"Bearer {made}") == (401, wanted)


def test_clocks_may_differ_by_the_leeway_and_no_more() -> None:
    late = f"Bearer {token(exp=time.time() - 20)}"
    assert Auth(key=KEY, leeway=30).caller(late).sender == "u-1"
    assert code(Auth(key=KEY, leeway=5), late) == (401, "token_expired")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", KEY, "Basic dTpw", "Bearer a.b.c", "Bearer 令牌", f"Bearer {KEY}"])
def test_what_is_no_token_opens_nothing(header: str | None) -> None:
    assert code(Auth(key=KEY), header)[0] == 401


def test_neither_another_key_nor_another_algorithm_opens() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    auth = Auth(key=public, algorithm="RS256")
    assert auth.caller(f"Bearer {token(private, 'RS256')}").sender == "u-1"
    assert code(auth, f"Bearer {token()}") == (401, "bad_token")
    unsigned = jwt.encode({"sub": "u-1", "exp": time.time() + 60}, "", "none")
    assert code(auth, f"Bearer {unsigned}") == (401, "bad_token")
    assert code(Auth(key=KEY), f"Bearer {token('f' * 32)}") == (401, "bad_token")
    assert code(Auth(key=KEY), f"Bearer {token(private, 'RS256')}") == (401, "bad_token")


def test_the_banks_server_speaks_for_everybody_and_an_editor_for_editors() -> None:
    auth = Auth(client_token="client-token-0123", editor_token="editor-token-0123")
    auth.caller("Bearer client-token-0123").speaks_for("anybody")
    editor = auth.caller("Bearer editor-token-0123")
    editor.speaks_for("editor-7")
    with pytest.raises(RefusedError):
        editor.speaks_for("u-1")
    assert code(auth, f"Bearer {token()}") == (401, "bad_token")
    assert Auth(editor_token="editor-token-0123").caller(None).kind == "anybody"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"require_auth": "true"}, "require_auth"),
        ({"jwt_key": "short"}, "32"),
        ({"jwt_key": "not a key in PEM, but long enough to be one", "jwt_algorithm": "RS256"}, "PEM"),
        ({"jwt_key": KEY, "jwt_algorithm": "none"}, "jwt_algorithm"),
        ({"client_token": "short"}, "client_token"),
        ({"jwt_key_file": "/nowhere/key.pem"}, "jwt_key_file"),
    ],
)
def test_a_key_that_protects_nothing_stops_the_start(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Auth.from_options(options)


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASCOT_TEST_VALUE", f" {KEY} ")
    assert secret("${MASCOT_TEST_VALUE}") == KEY
    monkeypatch.delenv("MASCOT_TEST_VALUE")
    assert secret("${MASCOT_TEST_VALUE}", 16) == ""


@pytest.mark.parametrize("given", [None, "", "has space", "a" * 129, "新的", "x\ny", "13812345678", "id-6222020200112233446", "-dash"])
def test_a_request_id_that_is_no_good_is_replaced(given: str | None) -> None:
    made = request_id(given)
    assert made != given and len(made) == 32


@pytest.mark.parametrize("given", ["a", "req-2026.11:7_b", "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_a_good_request_id_is_kept(given: str) -> None:
    assert request_id(given) == given


def test_the_window_slides() -> None:
    limit = RateLimit(2)
    assert [limit.wait("a", now) for now in (0, 30, 31)] == [0, 0, 30]
    assert limit.wait("a", 61) == 0 and limit.wait("b", 31) == 0


def run(work: Any) -> Any:
    return asyncio.run(work)


def test_a_retry_gets_the_first_answer_and_no_second_turn() -> None:
    async def scenario() -> None:
        retries, turns = Retries(), 0

        async def turn() -> list[dict[str, Any]]:
            nonlocal turns
            turns += 1
            await asyncio.sleep(0.2)
            return [{"text": f"第{turns}次"}]

        both = await asyncio.gather(*(retries.once("k", turn, bool) for _ in range(5)))  # the first is still running
        again = await retries.once("k", turn, bool)
        assert turns == 1 and [a for a, _ in [*both, again]] == [[{"text": "第1次"}]] * 6
        assert sorted(replayed for _, replayed in both) == [False, True, True, True, True] and again[1]
        assert (await retries.once("other", turn, bool))[0] == [{"text": "第2次"}]

    run(scenario())


def test_a_turn_that_failed_leaves_the_retry_free() -> None:
    async def scenario() -> None:
        retries = Retries()

        async def fails() -> list[dict[str, Any]]:
            raise RuntimeError

        async def empty() -> list[dict[str, Any]]:
            return []

        async def works() -> list[dict[str, Any]]:
            return [{"text": "好"}]

        with pytest.raises(RuntimeError):
            await retries.once("k", fails, bool)
        assert await retries.once("k", empty, bool) == ([], False)
        assert await retries.once("k", works, bool) == ([{"text": "好"}], False)

    run(scenario())


def test_a_retry_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persona.gateway.retries.PATIENCE", 0.1)

    async def scenario() -> None:
        retries, gate = Retries(), asyncio.Event()

        async def slow() -> list[dict[str, Any]]:
            await gate.wait()
            return [{"text": "好"}]

        first = asyncio.ensure_future(retries.once("k", slow, bool))
        await asyncio.sleep(0)
        with pytest.raises(StillRunningError):
            await retries.once("k", slow, bool)
        gate.set()
        assert (await first)[0] == [{"text": "好"}]

    run(scenario())


def test_what_is_kept_is_bounded() -> None:
    local = Local(most=3)
    for number in range(10):
        assert local.claim(str(number), "running:x", 60) is None
    assert len(local._kept) == 3
