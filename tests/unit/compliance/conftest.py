"""One guard for all tests of the compliance package."""

from __future__ import annotations

import pytest

from persona.compliance import Guard


@pytest.fixture(scope="session")
def guard() -> Guard:
    return Guard.load()


@pytest.fixture(scope="session")
def rules_only() -> Guard:
    """The rules without the second opinion."""
    alone = Guard.load()
    alone.second_opinion = False
    return alone
