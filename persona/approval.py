"""Approvals: who allowed exactly which text, in which role, from when until when. A changed text is an unapproved text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

KEYS = ("id", "by", "role", "second", "at", "until", "author", "sha256")
RICH = ("image", "custom", "attachment", "quick_replies", "elements")

# What an approval can lack. `wrong` gives the first that applies.
REASONS: Mapping[str, str] = {
    "unapproved": "没有批准",
    "changed": "批准以后内容变了",
    "author": "批准人就是作者",
    "second": "还缺第二个人批准",
    "early": "批准的起日还没到",
    "expired": "批准过期了",
}


@dataclass(frozen=True)
class Approval:
    """One approval. `second` is the other name where the institution asks for two; "" where it does not."""

    id: str
    by: str
    role: str
    at: date
    until: date
    sha256: str
    second: str = ""
    author: str = ""

    @classmethod
    def of(cls, raw: object) -> Approval | None:
        """The approval in a response's metadata or in live.yml; None when there is none or it is not whole."""
        if not isinstance(raw, Mapping):
            return None
        words = {key: str(raw.get(key) or "").strip() for key in KEYS}
        if not all(words[key] for key in ("id", "by", "role", "sha256")):
            return None
        try:
            at, until = date.fromisoformat(words["at"]), date.fromisoformat(words["until"])
        except ValueError:
            return None
        return cls(words["id"], words["by"], words["role"], at, until, words["sha256"], words["second"], words["author"])

    def entry(self) -> dict[str, str]:
        """The approval as it stands in YAML; what is empty is left out."""
        words = {"id": self.id, "by": self.by, "role": self.role, "second": self.second, "author": self.author,
                 "at": self.at.isoformat(), "until": self.until.isoformat(), "sha256": self.sha256}
        return {key: value for key, value in words.items() if value}

    def record(self) -> dict[str, str]:
        """What the audit and the guard hold of it."""
        return {"id": self.id, "by": self.by, "until": self.until.isoformat()}


def wrong(approval: Approval | None, sha256: str, author: str, today: date, two: bool = False) -> str:
    """Why an approval does not carry the text whose fingerprint is `sha256` today: a key of REASONS, or "".

    author (str): who wrote the text, "" when not known.  two (bool): two names are asked for.
    """
    if approval is None:
        return "unapproved"
    if approval.sha256 != sha256:
        return "changed"
    if author and author in (approval.by, approval.second):
        return "author"
    if two and approval.second in ("", approval.by):
        return "second"
    if today < approval.at:
        return "early"
    return "expired" if today > approval.until else ""


def digest(text: str, buttons: object = (), disclosures: Sequence[object] = (), **more: object) -> str:
    """Fingerprint of what customers get to see of a response.

    The canonical form is JSON with sorted keys and no spaces of: `text` as it stands in the file with its placeholders,
    stripped; `buttons` as pairs of title and payload; `disclosures` as pairs of id and canonical sentence, so that a new
    wording of a disclosure needs a new approval; and, only when there are any, the title of an episode, images and other
    attachments. How the YAML is quoted or folded does not matter.
    """
    seen: dict[str, object] = {
        "text": text.strip(),
        "buttons": [[str(b.get("title", "")), str(b.get("payload", ""))] for b in _list(buttons) if isinstance(b, Mapping)],
        "disclosures": [[str(ident), _sentence(str(ident))] for ident in disclosures],
        **{key: value for key, value in more.items() if value},
    }
    canonical = json.dumps(seen, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def response_digest(item: Mapping[str, Any]) -> str:
    """The fingerprint of one variation of a response, as it stands in the YAML or in the domain."""
    meta = item.get("metadata") or {}
    more = {key: item.get(key) for key in RICH}
    if "episode" in meta:
        more["title"] = meta.get("title")
    return digest(str(item.get("text") or ""), item.get("buttons"), _list(meta.get("disclosures")), **more)


def author_of(meta: Mapping[str, Any]) -> str:
    """Who wrote a response: `author` in its metadata, or the one its approval names; "" when nobody is named."""
    approval = Approval.of(meta.get("approval"))
    return str(meta.get("author") or (approval.author if approval else ""))


def needs_two(four_eyes: Collection[str], category: str, depth: str = "") -> bool:
    """Whether institution.yml asks for two names: `four_eyes` lists categories and depths."""
    return category in four_eyes or depth in four_eyes


def needs_two_response(four_eyes: Collection[str], category: str) -> bool:
    """The same for a response, which explains its category and offers nothing."""
    return needs_two(four_eyes, category, "" if category == "none" else "explain")


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _sentence(ident: str) -> str:
    # Imported here: most responses have no disclosure, and the guard takes time to load.
    from persona.compliance import disclosure_text

    try:
        return str(disclosure_text(ident))
    except KeyError:
        return ""
