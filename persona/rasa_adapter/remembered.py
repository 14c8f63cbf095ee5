"""What the guard has found once in this process and would find again: the same text under the same circumstances.

A mascot has some thousand sentences and says them all day. What is kept is kept by hash: no text stays here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_MOST = 4096
_known: dict[tuple[object, bytes], object] = {}


def remembered(find: Callable[..., T], text: str, circumstances: object = None, keeps: Callable[[T], bool] = lambda _: True) -> T:
    """`find(text)`, or `find(text, circumstances)` where there are any.

    circumstances: everything else the result depends on; its `repr` tells two of them apart. keeps: whether a result may
    be kept, e.g. no failure.
    """
    told = text if circumstances is None else f"{circumstances!r}\0{text}"
    key = (find, hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest())
    if key in _known:
        return _known[key]  # type: ignore[return-value]
    found = find(text) if circumstances is None else find(text, circumstances)
    if keeps(found):
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = found
    return found
