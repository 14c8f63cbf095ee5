"""The titles of the buttons with which a mascot asks back."""

import pytest

from persona.compliance import Context
from persona.labels import Labels


@pytest.mark.parametrize("tone", ["warm", "plain"])
def test_every_title_may_be_shown(guard, tone):
    """A title the guard refuses takes the whole question back with it."""
    titles = Labels.load()._titles.values()
    assert [one for one in titles if guard.review(one, Context(tone=tone), "wording").verdict != "allow"] == []
