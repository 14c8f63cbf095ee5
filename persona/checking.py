"""Which way to check is told to somebody who doubts: 「怎么查」 after a tip, 「中了个补贴，是不是骗子」. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

ASKED = "utter_check_suspicious"
_TIP = "utter_scam/"
LATELY = 6  # answers in which the kind that was talked about still counts
HEARD = 0.15  # a kind as likely as this is worth its own way to check


def way_to_check(said: Sequence[str], ranking: Iterable[Mapping[str, object]]) -> str:
    """The response: of the kind talked about, else of the likeliest kind in the message, else the three signs of any fraud.

    said: the responses given in this session, oldest first.  ranking: labels of the message with their probabilities.
    """
    told = next((name.removeprefix(_TIP).removeprefix(f"{ASKED}.") for name in reversed(said[-LATELY:]) if name.startswith((_TIP, f"{ASKED}."))), "")
    if not told:
        kinds: dict[str, float] = {}
        for one in ranking:
            label = str(one.get("name") or "")
            if label.startswith("scam/"):
                kind = label.removeprefix("scam/").split(".")[0]
                kinds[kind] = kinds.get(kind, 0.0) + float(str(one.get("confidence") or 0))
        told = max(kinds, key=lambda kind: kinds[kind], default="")
        if kinds.get(told, 0.0) < HEARD:
            return ASKED
    return f"{ASKED}.{told.split('.')[0]}"
