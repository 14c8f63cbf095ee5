"""No log line carries a secret, `--debug` too; with `LOG_FORMAT=json` none carries a customer's words at all.

Every record of the process is masked when it is made, its traceback too, and names the request it belongs to. structlog
renders into the same records, so its lines are covered.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from datetime import datetime, timezone
from typing import Any

from persona.compliance.feed import EVENT
from persona.compliance.secrets import mask
from persona.gateway.turn import TURN

FORMAT = "LOG_FORMAT"
OURS = ("persona", "actions")
BROKER = "event-logger"
_ESCAPED = re.compile(r"\\+u(?!00[0-7])([0-9a-fA-F]{4})")
_LEAST = 4  # characters of a customer's message that is looked for in structured lines
_installed = False


def mask_logs() -> None:
    """Wrap the log record factory once; with `LOG_FORMAT=json` let every handler write structured lines."""
    global _installed
    if not _installed:
        make = logging.getLogRecordFactory()

        def masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
            record = make(*args, **kwargs)
            if record.name == BROKER:  # Rasa's file broker writes its events as records: they stay the JSON they are
                record.msg, record.args = _event_line(record.getMessage()), ()
                return record
            turn = TURN.get()
            try:
                record.msg, record.args = _clean(record.getMessage(), turn.hidden if turn else ()), ()
                if isinstance(record.exc_info, tuple) and record.exc_info[0]:
                    record.exc_text = _clean("".join(traceback.format_exception(*record.exc_info)).rstrip(), turn.hidden if turn else ())
            except Exception:  # a malformed log call must fail where logging reports it, not here
                return record
            record.__dict__["request_id"] = turn.request_id if turn else ""
            if turn and turn.request_id and not structured():
                record.msg = f"{record.msg} [request {turn.request_id}]"
            return record

        logging.setLogRecordFactory(masked_record)
        _installed = True
    if structured():
        root = logging.getLogger()
        if not root.handlers:
            root.addHandler(logging.StreamHandler(sys.stdout))
        for handler in {h for name in (None, "rasa", "sanic.root", "sanic.error", "sanic.access") for h in logging.getLogger(name).handlers}:
            if not isinstance(handler.formatter, JsonLines):
                handler.setFormatter(JsonLines())
                handler.addFilter(_worth_a_line)


def structured() -> bool:
    """Whether one JSON object a line was asked for."""
    return os.environ.get(FORMAT, "").strip().lower() == "json"


def _event_line(line: str) -> str:
    """A line of JSON with its texts masked; a time is a number and stays, however many digits it has.

    An audit line was masked when it was written and is chained by hashes: it stays as it is (`Feed`).
    """
    try:
        event = json.loads(line)
    except ValueError:
        return mask(line)[0]
    return line if isinstance(event, dict) and event.get("event") == EVENT else json.dumps(_texts(event))


def _texts(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)[0]
    if isinstance(value, dict):
        return {key: _texts(one) for key, one in value.items()}
    return [_texts(one) for one in value] if isinstance(value, list) else value


def _clean(text: str, hidden: Any) -> str:
    """The text without secrets. structlog escapes Chinese, and then no word says what the number behind it is."""
    text = _ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text)
    for secret in hidden:
        text = text.replace(secret, "[已隐去]")
    return mask(text)[0]


def _worth_a_line(record: logging.LogRecord) -> bool:
    """Below a warning other people's code prints what it works on; ours does not."""
    return record.levelno >= logging.WARNING or record.name.split(".")[0] in OURS


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "message", "request_id"?, "error"?, "at"?}`. Of an error its type and place, not its
    words: a database quotes what it could not store."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        message, error = _event(record.getMessage())
        turn = TURN.get()
        for words in (turn.text, mask(turn.text)[0]) if turn else ():
            if len(words.strip()) >= _LEAST:
                message = message.replace(words.strip(), "[…]")
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
        }
        if record.__dict__.get("request_id"):
            line["request_id"] = record.__dict__["request_id"]
        if isinstance(record.exc_info, tuple) and record.exc_info[0]:
            error = record.exc_info[0].__name__
            line["at"] = [f"{f.filename.rpartition('site-packages/')[2]}:{f.lineno} {f.name}" for f in traceback.extract_tb(record.exc_info[2])][-8:]
        if error:
            line["error"] = error
        return json.dumps(line, ensure_ascii=False)


def _event(message: str) -> tuple[str, str]:
    """Of a line that structlog rendered, the event and the type of its exception: the rest quotes customers."""
    if message.startswith("{"):
        try:
            data = json.loads(message)
            thrown = data.get("exception") or [{}]
            return str(data["event"]), str(thrown[0].get("exc_type") or "") if isinstance(thrown, list) else ""
        except (ValueError, KeyError, AttributeError, TypeError, IndexError):
            return "(unreadable)", ""
    return message, ""
