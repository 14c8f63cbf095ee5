"""Files that are never half written."""

from __future__ import annotations

import os
from pathlib import Path


def write(file: Path, data: bytes) -> None:
    """Replace a file in one step, its folder made if need be: who reads it meanwhile finds the old content or the new.

    Raises OSError where nothing can be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_bytes(data)
    os.replace(fresh, file)
