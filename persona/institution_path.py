"""Where the institution is described; apart from reading it, because the guard wants four of its lines and starts quickly."""

from __future__ import annotations

import os
from pathlib import Path

from persona.layers import current

DEFAULT = Path(__file__).parent / "institution.yml"
FILE = "MASCOT_INSTITUTION"  # environment: the institution file in use instead of the one above


def institution_file() -> Path:
    """The file in use: `MASCOT_INSTITUTION`, else the project's, else the package's own."""
    return Path(os.environ.get(FILE) or current(DEFAULT))
