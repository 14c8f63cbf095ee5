"""Where the words of a message come from, and whether their approval holds: what the guard is told as `template`.

Nothing that a message says of itself counts. The NLG notes here, in this process, which text it made from which response;
any other text is only known when it holds the whole of an approved product sheet.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from persona.approval import Approval, author_of, needs_two_response, response_digest, wrong
from persona.compliance import Guard
from persona.institution import Institution
from persona.live import LiveFile, Replacement
from persona.products import Product

MOST = 1024  # texts kept; a text is looked up in the turn that made it
NONE: Mapping[str, Any] = {"approval": None}


class Provenance:
    """Texts made in this process and the approvals they were made under."""

    def __init__(self, institution: Institution, products: Mapping[str, Product], live: LiveFile, guard: Guard) -> None:
        self.institution = institution
        self.live = live
        self._guard = guard
        self._sheets = {product.text(): product for product in products.values()}
        self._made: OrderedDict[bytes, tuple[str, Callable[[], Mapping[str, Any]]]] = OrderedDict()

    def learn(self, text: str, name: str, template: Callable[[], Mapping[str, Any]]) -> None:
        """Note that `text` was made here of the response `name`; `template` is asked each time the text goes out."""
        key = _key(text)
        self._made.pop(key, None)
        self._made[key] = (name, template)
        while len(self._made) > MOST:
            self._made.popitem(last=False)

    def template(self, text: str) -> Mapping[str, Any]:
        """What is known of a text that is about to go out: `approval`, `changed`, `withdrawn`."""
        made = self._made.get(_key(text))
        if made is not None:
            name, ask = made
            return {**NONE, "withdrawn": True} if self.live.current().takes_back(name) else ask()
        for sheet, product in self._sheets.items():
            if sheet in text:
                rest = text.replace(sheet, "")
                more = rest.strip() and "offer" in self._guard.review(rest, None, "wording").depths.values()
                return NONE if more else self._of_product(product)
        return NONE

    def of_response(self, response: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The template of one variation of a domain response, filled with `values`."""
        meta = response.get("metadata") or {}
        if "sheet" in (meta.get("values") or ()):
            product = self._sheets.get(str(values.get("sheet") or ""))
            return self._of_product(product) if product else NONE
        if "lines" in (meta.get("values") or ()):
            said = [line for line in str(values.get("lines") or "").split("\n") if line]
            product = next((one for sheet, one in self._sheets.items() if said and all(line in sheet for line in said)), None)
            return self._of_product(product) if product else NONE
        if "approval" not in meta:
            return NONE
        approval = Approval.of(meta["approval"])
        two = needs_two_response(self.institution.four_eyes, str(meta.get("category") or "none"))
        reason = wrong(approval, response_digest(response), author_of(meta), self.institution.today(), two)
        if reason and meta.get("tone") == "urgent":  # help is not withheld for want of a date
            return NONE
        return _template(approval, reason)

    def of_replacement(self, replacement: Replacement) -> Mapping[str, Any]:
        """The template of a text that live.yml puts in place of a response."""
        return _template(replacement.approval, "")

    def _of_product(self, product: Product) -> Mapping[str, Any]:
        if self.live.current().takes_back(product.id, product=True):
            return {**NONE, "withdrawn": True}
        return _template(product.approval, product.wrong(self.institution.today(), self.institution.four_eyes))


def _template(approval: Approval | None, reason: str) -> Mapping[str, Any]:
    if approval is not None and reason in ("", "expired"):
        return {"approval": approval.record()}  # the guard reads the date itself
    return {**NONE, "changed": True}


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
