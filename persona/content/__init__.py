"""The content files (native Rasa YAML) read without Rasa, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from persona.content.model import Button, Content, Example, Response, Topic
from persona.content.reading import load_content
from persona.errors import Problem

if TYPE_CHECKING:
    from persona.figures import Figures
    from persona.institution import Institution
    from persona.mascot import Mascot

__all__ = ["Button", "Content", "Example", "Response", "Topic", "check", "load_content"]


def check(content: Content, institution: Institution, figures: Figures, today: date | None = None,
          mascots: Mapping[str, Mascot] | None = None) -> list[Problem]:
    """Everything an editor has to mend in the content files, in the order of files and lines."""
    # The checks know columns, lessons and the guard; what talks to customers reads content without them.
    from persona.content.checks import check as run

    return run(content, institution, figures, today, mascots)
