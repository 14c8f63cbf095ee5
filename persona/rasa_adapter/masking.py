"""Secrets of a customer's message, in every part of it: text, parse, entities, metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa.shared.core.events import Event, UserUttered

from persona import metrics
from persona.compliance.secrets import hidden, mask
from persona.compliance.split_secrets import LOOK_BACK, find_after
from persona.gateway.turn import hide

# Names of intents and of fields: small letters alone hold no digits and nothing that would set a password off. Most texts
# of a parsed message are such names.
_LABEL = re.compile(r"[a-z_/]{0,64}")
_LEAST = 3  # characters of a secret that is looked for elsewhere in the message's data


def masked(value: Any, secrets: Sequence[str] = ()) -> Any:
    """The same data with secrets masked in every text and long number, keys included.

    secrets: texts that are hidden wherever they stand.
    """
    if isinstance(value, str):
        text = value if _LABEL.fullmatch(value) else mask(value)[0]
        for secret in secrets:
            text = text.replace(secret, "[已隐去]")
        return text
    if isinstance(value, Mapping):
        return {masked(k, secrets): _named(k, v, secrets) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(v, secrets) for v in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 1000:
        text = str(value)
        return masked(text, secrets) if mask(text)[1] or text in secrets else value
    return value


def _named(key: Any, value: Any, secrets: Sequence[str]) -> Any:
    """A value whose key says what it is: `{"cvv": 123}`."""
    if isinstance(key, str) and isinstance(value, (str, int)) and not isinstance(value, bool) and len(str(value)) <= 64:
        found = mask(f"{key}：{value}")[1]
        if found and not mask(key)[1] and not mask(str(value))[1]:
            return f"[已隐去:{found[0]}]"
    return masked(value, secrets)


def said_before(events: Iterable[Event]) -> list[str]:
    """The customer's last messages, oldest first. events: the newest first."""
    texts: list[str] = []
    for event in events:
        if isinstance(event, UserUttered):
            texts.append(event.text or "")
            if len(texts) == LOOK_BACK:
                break
    return texts[::-1]


def mask_message(event: UserUttered, before: Sequence[str]) -> list[str]:
    """Mask a message in place, in the light of the customer's messages before it; the kinds that were found."""
    raw = event.text or ""
    spans = find_after(raw, before)
    event.text, kinds = hidden(raw, spans)
    secrets = sorted({raw[start:end] for start, end, _ in spans if end - start >= _LEAST}, key=len, reverse=True)
    entities = [e for e in event.entities or [] if not _of_a_secret(e, spans)]
    parse = dict(event.parse_data or {})
    if "entities" in parse:
        parse["entities"] = entities
    event.parse_data = masked(parse, secrets)
    event.intent = masked(event.intent, secrets)
    event.entities = masked(entities, secrets)
    event.metadata = masked(event.metadata or {}, secrets)
    for kind in kinds:
        metrics.count("secrets", kind)
    return kinds


def keep_from_logs(text: str, before: Sequence[str]) -> None:
    """Hide from this turn's logs what only the messages before give away; the rest every log line masks by itself."""
    known = mask(text)[1]
    spans = [] if known else find_after(text, before)
    hide({text[start:end] for start, end, _ in spans if end - start >= _LEAST})


def _of_a_secret(entity: Mapping[str, Any], spans: Sequence[tuple[int, int, str]]) -> bool:
    """Whether an entity was read from a secret; what was compared with the bank's own numbers is a verdict, not a number."""
    start, end = entity.get("start"), entity.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or entity.get("entity") == "official":
        return False
    return any(start < last and end > first for first, last, _ in spans)
