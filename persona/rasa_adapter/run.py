"""`rasa` with the project's warning filters and without telemetry, and nothing else changed.

Rasa's validator knows neither our classifier and policy nor which responses custom actions name, so four of its
warnings say nothing about this project; they join Rasa's own list of expected warnings, by their text. Every other warning
of Rasa stays visible.
"""

from __future__ import annotations

import os
import sys
import warnings

from persona.rasa_adapter.sharing import share

KNOWN = (
    "You have defined training data with examples for training a response selector, but your NLU configuration",
    "The following duplicated intents have been found across multiple domain files: chitchat, faq, scam",
    "'RulePolicy' is not included in the model's policy configuration",  # its subclass is
    "The utterance 'utter_[^']+' is not used in any story or rule",
)


def quiet() -> None:
    """Let the four known warnings be expected, and undo sanic's filter, which shows every library's deprecations."""
    import sanic.app  # noqa: F401  (its import sets the filter)

    # Python's own default outside __main__, which sanic replaces by "once" for the whole process.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from rasa.utils import common

    common.EXPECTED_WARNINGS.extend((UserWarning, text) for text in KNOWN)


def main() -> None:
    """Run rasa's command line."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")  # it reports to two servers abroad where nobody has said no
    quiet()
    share()
    from rasa.__main__ import main as rasa

    sys.argv[0] = "rasa"
    rasa()


if __name__ == "__main__":
    main()
