"""Is this number, link, account or app the institution's? Compared with institution.yml, never guessed."""

from __future__ import annotations

import re

from persona.institution import Institution
from persona.nlu.text import simplify

_LINK = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/:?]\S*)?")
_NUMBER = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(\d[\d -]{3,14}\d)(?!\d)")


def check(text: str, institution: Institution) -> str:
    """`listed`, `not_listed` or `unknown`.

    A link is listed when its host is one of `domains` or below it; a number when `official.phones` or
    `official.sms_senders` has it; a name when `official.apps` or `official.accounts` has it. One thing that is not
    listed outweighs all that is.
    """
    plain = simplify(text)
    verdicts: list[bool] = []
    for match in _LINK.finditer(plain):
        host = match.group(1)
        verdicts.append(any(host == d or host.endswith(f".{d}") for d in institution.domains))
    known = {_digits(n) for kind in ("phones", "sms_senders") for n in institution.official.get(kind, ())}
    for match in _NUMBER.finditer(_LINK.sub(" ", plain)):
        verdicts.append(_digits(match.group(1)) in known)
    for listed in institution.official.get("phones", ()):
        if not listed.isdigit() and listed.lower() in plain:  # a placeholder number such as 95XXX0 has letters
            verdicts.append(True)
    if verdicts:
        return "listed" if all(verdicts) else "not_listed"
    names = [n for kind in ("apps", "accounts") for n in institution.official.get(kind, ())]
    return "listed" if any(simplify(n) in plain for n in names) else "unknown"


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
