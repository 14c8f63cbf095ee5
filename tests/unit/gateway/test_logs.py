"""Structured lines hold no customer's words; no line holds a secret, tracebacks and escaped Chinese included."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from importlib import util
from pathlib import Path

import pytest

from persona.gateway.turn import TURN, Turn, hide

# By its file: its package is Rasa's adapter, which a unit test does not import.
_SPEC = util.spec_from_file_location("logs_under_test", Path(__file__).parents[3] / "persona" / "rasa_adapter" / "logs.py")
assert _SPEC and _SPEC.loader
logs = util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(logs)

SAID = "我奶奶把房本放在米缸里了"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    monkeypatch.setenv(logs.FORMAT, "json")
    before, stream = logging.getLogRecordFactory(), io.StringIO()
    logs._installed = False
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    root.addHandler(handler)
    token = TURN.set(Turn("req-1", text=SAID))
    logs.mask_logs()
    yield stream
    TURN.reset(token)
    root.removeHandler(handler)
    for other in root.handlers:
        other.removeFilter(logs._worth_a_line)
    logging.setLogRecordFactory(before)


def test_words_secrets_and_quotes_of_errors_are_left_out(lines: io.StringIO) -> None:
    log = logging.getLogger("rasa.somewhere")
    log.warning("could not read %r", SAID)
    log.error(json.dumps({"event": "rest.message.received.failure", "text": SAID, "exception": [{"exc_type": "KeyError", "exc_value": SAID}]}))
    log.error(json.dumps({"event": "x", "text": "\u9a8c\u8bc1\u7801384756"}))
    hide({"482913"})
    log.error("parsed 482913")
    try:
        raise ValueError(f"cannot store {SAID} 13812345678")
    except ValueError:
        log.exception("the store failed")
    log.info("Received user message %r", SAID)
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert len(found) == 5 and all(line["request_id"] == "req-1" for line in found)
    text = lines.getvalue()
    for words in (SAID, "米缸", "384756", "482913", "13812345678"):
        assert words not in text
    assert found[1]["message"] == "rest.message.received.failure" and found[1]["error"] == "KeyError"
    assert found[4]["error"] == "ValueError" and "test_logs.py" in found[4]["at"][-1]


def test_plain_lines_name_the_request_and_mask_tracebacks_and_escapes(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(logs.FORMAT, "")
    make = logging.getLogRecordFactory()
    escaped = make("a", logging.ERROR, "f", 1, json.dumps({"text": "验证码384756"}), (), None).getMessage()
    assert "384756" not in escaped and "[request req-1]" in escaped
    event = json.dumps({"text": "你好\u0001", "card": "6222020200112233446", "timestamp": 1796000000.1234567})
    found = json.loads(make(logs.BROKER, logging.INFO, "f", 1, event, (), None).getMessage())
    assert found == {"text": "你好\u0001", "card": "[已隐去:卡号]", "timestamp": 1796000000.1234567}
    try:
        raise ValueError("card 6222020200112233446")
    except ValueError as error:
        record = make("a", logging.ERROR, "f", 1, "failed", (), (type(error), error, error.__traceback__))
    assert "6222020200112233446" not in logging.Formatter().format(record) and "ValueError" in logging.Formatter().format(record)
