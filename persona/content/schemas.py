"""JSON Schemas for editors that complete and check YAML while it is typed: `python -m persona.content.schemas` writes them
and names each in the first line of the files it is for.

They are made from the lists the code itself reads, so that no key is allowed in one place and unknown in the other.
A schema knows the form; what it cannot know (does the button lead anywhere?) is the linter's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from persona.approval import KEYS as APPROVAL_KEYS
from persona.branches import LICENCES
from persona.branches import ROLES as STAFF_ROLES
from persona.compliance import reading as rules
from persona.compliance.model import CATEGORIES as PRODUCT_CATEGORIES
from persona.compliance.model import CHANNELS as REVIEW_CHANNELS
from persona.compliance.model import DEPTHS, REASONS, SPEAKERS
from persona.content import reading
from persona.content.checks.answers import CHOICES_MAX, TITLE_MAX
from persona.content.checks.metadata import CATEGORIES
from persona.institution import CHANNELS, FOUR_EYES, PROFILES
from persona.institution import DEPTHS as APPROVABLE
from persona.mascot import KEYS as CARD_KEYS
from persona.mascot import REASONS as REFUSALS
from persona.mascot import TIMES, TONES
from persona.products import GRADES, REQUIRED, ROLES
from persona.products import KEYS as SHEET_KEYS

FOLDER = Path(__file__).parents[1] / "schemas"
Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
FILLED: Schema = {"type": "string", "minLength": 1}
DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": '加引号："2026-11-23"'}
FLAG: Schema = {"type": "boolean"}
WORD = r"^[A-Za-z_][A-Za-z0-9_]*$"


def _object(keys: dict[str, Schema], required: Sequence[str] = (), extra: bool | Schema = False) -> Schema:
    return {"type": "object", "properties": keys, "required": list(required), "additionalProperties": extra}


def _list(items: Schema, low: int = 0, **more: int) -> Schema:
    return {"type": "array", "items": items, **({"minItems": low} if low else {}), **more}


def _one_of(*values: str) -> Schema:
    return {"enum": list(values)}


def _some(keys: Sequence[str], known: dict[str, Schema]) -> dict[str, Schema]:
    """A schema for each of `keys`; those not described further may hold anything."""
    return {key: known.get(key, {}) for key in keys}


TEXTS: Schema = {"anyOf": [FILLED, _list(FILLED, 1)]}
BY_TONE = _object({tone: TEXTS for tone in (*TONES, "sober")})


def topic() -> Schema:
    """A file under data/."""
    metadata = _some(reading.METADATA, {
        "tone": _one_of(*TONES), "sober": FLAG, "category": _one_of(*CATEGORIES), "figures": _list(TEXT), "disclosures": _list(TEXT),
        "source": FILLED, "reviewed": DATE, "expires": DATE, "hallmark": _list(FILLED), "values": _list(FILLED), "author": TEXT,
        "approval": _approval(), "episode": {"type": "integer", "minimum": 1}, "title": FILLED, "from": DATE, "aliases": _list(FILLED), "only": {"const": True},
        "answer": {"type": "integer", "minimum": 1},
    })
    button = _object({"title": {**FILLED, "maxLength": TITLE_MAX}, "payload": {"type": "string", "pattern": "^/"}}, reading.BUTTON)
    condition = _object({"type": {"const": "slot"}, "name": FILLED, "value": {}}, reading.CONDITION)
    answer = _object(_some(reading.ANSWER, {
        "text": FILLED, "buttons": _list(button, maxItems=CHOICES_MAX), "condition": _list(condition, 1),
        "metadata": _object(metadata, ("tone", "source", "reviewed", "expires")), "channel": TEXT, "image": TEXT, "id": TEXT,
    }), ("text", "metadata"))
    block = _object({"intent": FILLED, "examples": FILLED}, reading.BLOCK)
    return _object({
        "version": {"const": reading.VERSION}, "nlu": _list(block, 1), "rules": _list({"type": "object"}), "stories": _list({"type": "object"}),
        "responses": {"type": "object", "patternProperties": {"^utter_": _list(answer, 1)}, "additionalProperties": False},
    }, ("version",))


def mascot() -> Schema:
    """A card under persona/mascots/."""
    phrase = _object({"text": {**FILLED, "maxLength": 60}, "min_turns": {"type": "integer", "minimum": 5}, "tones": _list(_one_of("playful", "warm"), 1)},
                     ("text", "min_turns", "tones"))
    festival = _object({"name": FILLED, "days": _list(FILLED, 1), "text": FILLED}, ("name", "days", "text"))
    named = [name for _, name in TIMES]
    keys = _some(CARD_KEYS, {
        "schema": {"const": "mascot-card/1"}, "id": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}, "aliases": TEXTS, "knows": TEXTS,
        "name": FILLED, "self_name": FILLED, "look": FILLED, "origin": FILLED, "want": FILLED, "fear": FILLED, "flaw": FILLED,
        "gesture": _object({"name": FILLED, "meaning": FILLED}, ("name", "meaning")), "duty": _object({"rule": FILLED, "how": FILLED}, ("rule", "how")),
        "birthday": _object({"day": FILLED, "name": FILLED}, ("day", "name")),
        "address": _object({"default": FILLED, "elder": FILLED, "forbidden": TEXTS}, ("default", "elder", "forbidden")),
        "particles": _object({"word": TEXT, "max": {"type": "integer"}, "tones": _list(_one_of("playful", "warm"))}),
        "emoji": _object({"palette": _list(FILLED), "max": _object({"playful": {"type": "integer", "maximum": 2}, "warm": {"type": "integer", "maximum": 1}})}),
        "sentence_max": {"type": "integer", "minimum": 8, "maximum": 60},
        "greetings": _object({**{name: TEXTS for name in named}, "festivals": _list(festival)}, named),
        "running": _list(phrase), "catchphrases": _list(phrase), "metaphors": _object({"use": TEXTS, "never": TEXTS}, ("never",)),
        "refusals": _object({reason: TEXTS for reason in REFUSALS}, REFUSALS), "tails": BY_TONE, "leads": BY_TONE, "good": BY_TONE, "never": TEXTS,
        "bad": _list(_object({"text": FILLED, "why": FILLED}, ("text", "why")), 5, maxItems=5),
        "palette": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}},
        "avatar": _object({"moods": TEXTS, "neutral": FILLED, "warm": TEXTS}, ("moods", "neutral")), "extensions": {"type": "object"},
    })
    return _object(keys, ("schema", "id", "name", "self_name", "aliases", "address", "greetings", "refusals", "never", "bad"))


def institution() -> Schema:
    """persona/institution.yml. A bank may add keys of its own."""
    plain: Schema = {"type": "string", "pattern": "^[^{}]+$"}
    fund = _object({"centre": FILLED, "channel": FILLED, "as_of": DATE, "source": FILLED})
    licences = {"type": "object", "propertyNames": _one_of(*LICENCES), "additionalProperties": FILLED, "minProperties": 1}
    person = {"name": FILLED, "staff_id": FILLED, "role": _one_of(*STAFF_ROLES), "licences": licences, "found_at": _list(FILLED, 1)}
    branch = {
        "id": FILLED, "city": FILLED, "name": plain, "address": plain, "hours": plain, "hotline": plain, "housing_fund": fund,
        "colleagues": _list(_object(person, tuple(person))),
    }
    keys = {
        "schema": {"const": "mascot-institution/1"}, "name": FILLED, "app": FILLED, "licence": FILLED, "timezone": FILLED, "mascot": FILLED,
        "channel": _one_of(*CHANNELS), "hotline": FILLED, "hotline_abroad": FILLED, "domains": _list(FILLED, 1),
        "official": {"type": "object", "additionalProperties": TEXTS}, "reply_by": FILLED,
        "hours": {"type": "object", "required": ["hotline", "human", "branch"], "additionalProperties": plain},
        "complaint_days": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 365}},
        "audit_retention_days": {"type": "integer", "minimum": 1},
        "approval_required": _list(_one_of(*APPROVABLE)), "four_eyes": _list(_one_of(*FOUR_EYES)),
        "paths": {"type": "object", "propertyNames": {"pattern": WORD}, "additionalProperties": plain},
        "housing_fund": fund, "branches": _list(_object(branch, ("id", "city", "name", "address"))),
        "group": _object({"enabled": FLAG, "name": FILLED, "rules": FILLED, "link": FILLED}, ("enabled", "name", "rules", "link")),
        "profile": _one_of(*PROFILES),
    }
    optional = ("hotline_abroad", "complaint_days", "audit_retention_days", "approval_required", "four_eyes", "housing_fund", "branches", "group", "profile")
    return _object(keys, [key for key in keys if key not in optional], True)


def figures() -> Schema:
    """persona/figures.yml."""
    keys = {"value": {"type": "string", "pattern": "^[^{}]+$"}, "as_of": DATE, "source": FILLED, "review_by": DATE, "note": TEXT}
    one = _object(keys, ("value", "as_of", "source", "review_by"))
    return _object({"schema": {"const": "mascot-figures/1"},
                    "figures": {"type": "object", "propertyNames": {"pattern": WORD}, "additionalProperties": one}}, ("schema", "figures"))


def _approval() -> Schema:
    words = {key: DATE if key in ("at", "until") else FILLED for key in APPROVAL_KEYS}
    return _object({**words, "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}, ("id", "by", "role", "at", "until", "sha256"), True)


def product() -> Schema:
    """A sheet under persona/products/."""
    keys = _some(SHEET_KEYS, {
        "schema": {"const": "mascot-product/1"}, "category": _one_of(*REQUIRED), "role": _one_of(*ROLES), "approval": _approval(), "as_of": DATE,
        "risk": _object({"grade": _one_of(*GRADES), "suits": FILLED, "issuer_grade": _one_of(*GRADES)}, ("grade", "suits")),
        "rate": _object({"statement": FILLED, "basis": FILLED}, ("statement", "basis")),
        "disclosures": {"type": "object", "propertyNames": {"pattern": "^D-"}, "additionalProperties": TEXT},
        "called": _list(FILLED),
        **{key: FILLED for key in ("id", "name", "kind", "provider", "term", "minimum", "fees", "early", "author", "source", "body")},
    })
    return _object(keys, [key for key in SHEET_KEYS if key not in ("risk", "called")])


def rule() -> Schema:
    """A rule under persona/compliance/rules/."""
    example: Schema = {"anyOf": [FILLED, {"type": "object", "required": ["text"]}]}
    law = _object({"name": FILLED, "article": TEXT, "effective_from": DATE, "evidence": _one_of("verbatim", "digest", "unverified"), "source": TEXT},
                  ("name", "effective_from", "evidence"), True)
    applies = _object({"categories": _list(_one_of(*PRODUCT_CATEGORIES)), "depths": _list(_one_of(*DEPTHS)), "channels": _list(_one_of(*REVIEW_CHANNELS)),
                       "speakers": _list(_one_of(*SPEAKERS)), "except_tones": _list(_one_of(*TONES))})
    keys = _some(sorted(rules._KEYS), {
        "id": FILLED, "title": FILLED, "explain": FILLED, "fix": FILLED, "rewrite": TEXT, "reason": _one_of(*REASONS), "law": law, "applies": applies,
        "detect": _object({key: {} for key in sorted(rules._DETECT)}), "unless": {"anyOf": [_list(FILLED), {"type": "null"}]}, "manual": _list(FILLED),
        "examples": _object({"refuse": _list(example, 3), "allow": _list(example, 3)}, ("refuse", "allow")),
    })
    return _object(keys, sorted(rules._NEEDED))


def disclosures() -> Schema:
    """persona/compliance/disclosures.yml."""
    one = _object({"text": FILLED, "category": FILLED, "law": FILLED, "accept": _list(FILLED, 1)}, ("text", "category", "law", "accept"), True)
    return {"type": "object", "propertyNames": {"pattern": "^D-"}, "additionalProperties": one}


def conversation() -> Schema:
    """A script under tests/conversations/."""
    step = _object({"user": TEXT, "must": _list(FILLED), "never": _list(FILLED), "first": _list(FILLED),
                    "max_chars": {"type": "integer", "minimum": 1}}, ("user",), True)
    script = _object({"id": FILLED, "mascot": FILLED, "clock": FILLED, "meta": {"type": "object"}, "steps": _list(step, 1)}, ("id", "steps"), True)
    return _object({"schema": {"const": "mascot-conversation/1"}, "defaults": {"type": "object"}, "global_never": _list(FILLED), "conversations": _list(script, 1),
                    "sets": {"type": "object", "additionalProperties": _list(FILLED)}}, ("schema", "conversations"), True)


KINDS = {
    "topic": topic, "mascot": mascot, "institution": institution, "figures": figures, "product": product, "rule": rule,
    "disclosures": disclosures, "conversation": conversation,
}


def schema(kind: str) -> Schema:
    """The JSON Schema (draft 7) of one kind of file."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": kind, **KINDS[kind]()}


FILES: dict[str, tuple[str, ...]] = {
    "topic": ("data/**/*.yml",), "mascot": ("persona/mascots/*.yml",), "institution": ("persona/institution.yml",),
    "figures": ("persona/figures.yml",), "product": ("persona/products/*.yml",), "rule": ("persona/compliance/rules/*.yml",),
    "disclosures": ("persona/compliance/disclosures.yml",), "conversation": ("tests/conversations/*.yml",),
}
MARK = "# yaml-language-server: $schema="


def mark(root: Path) -> int:
    """Name its schema in the first line of every file below `root` that does not yet; how many were changed."""
    changed = 0
    for kind, patterns in FILES.items():
        for file in sorted(file for pattern in patterns for file in root.glob(pattern)):
            text = file.read_text(encoding="utf-8")
            if not text.startswith(MARK):
                named = os.path.relpath(FOLDER / f"{kind}.json", file.parent)
                file.write_text(f"{MARK}{Path(named).as_posix()}\n{text}", encoding="utf-8")
                changed += 1
    return changed


def main() -> None:
    """Write every schema, and its name into the files of the project."""
    FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        text = json.dumps(schema(kind), ensure_ascii=False, indent=1) + "\n"
        (FOLDER / f"{kind}.json").write_text(text, encoding="utf-8")
    print(f"schemas: {len(KINDS)}, files marked: {mark(FOLDER.parents[1])}")


if __name__ == "__main__":
    main()
