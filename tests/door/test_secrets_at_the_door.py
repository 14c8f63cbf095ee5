"""Made secrets through the door alone, on a real SQLite file: no model is needed. Everywhere else: tests/services/test_secrets_nowhere.py."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

pytest.importorskip("rasa")

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from persona.rasa_adapter.door import MascotSQLStore
from persona.rasa_adapter.masking import keep_from_logs, masked, said_before
from tests.secrets_made import flat, made, stays


def test_the_database_holds_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASCOT_AUDIT", str(tmp_path / "audit.jsonl"))
    monkeypatch.setenv("MASCOT_DB", f"sqlite:///{tmp_path}/conversations.db")
    store = MascotSQLStore(Domain.load("domain.yml"), db=str(tmp_path / "conversations.db"))
    sent = [one for one in made(11, 300) if not one.sender]
    for n, one in enumerate(sent):
        tracker = store.init_tracker(f"customer-{n:03d}")
        for message in one.messages:
            keep_from_logs(message, said_before(reversed(tracker.events)))
            entities = [{"entity": "amount", "value": one.secret, "start": message.find(one.spelling), "end": message.find(one.spelling) + len(one.spelling)}]
            parse = {"text": message, "intent": {"name": "nlu_fallback", "confidence": 1.0}, "entities": entities if one.spelling in message else []}
            tracker.update(UserUttered(message, parse["intent"], parse["entities"], parse, metadata=dict(one.metadata), input_channel="rest"))
        asyncio.run(store.save(tracker))
    plain = "".join(file.read_bytes().decode("utf-8", "replace") for file in tmp_path.glob("conversations.db*"))
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), plain)
    flattened = flat(plain)
    assert plain.count("已隐去") >= len(sent)
    leaks = [(one.kind, one.messages, one.metadata, found) for one in sent if (found := stays(one, plain, flattened))]
    assert not leaks, leaks[:10]


def test_metadata_is_read_with_its_keys() -> None:
    given = {"cvv": 123, "phone": 13812345678, "验证码": "482913", "amount": 200000, "n": 5, "note": "卡号6222020200112233446", "rich": True, "deep": [{"password": "hunter2x"}]}
    assert masked(given) == {
        "cvv": "[已隐去:安全码]", "phone": "[已隐去:手机号]", "验证码": "[已隐去:验证码]", "amount": 200000, "n": 5, "note": "卡号[已隐去:卡号]",
        "rich": True, "deep": [{"password": "[已隐去:密码]"}],
    }
