"""The library stays light: a command line that starts in a blink, an action server without TensorFlow."""

import subprocess
import sys
import time

import pytest

PROBE = """
import sys
import persona, persona.voice, persona.content, persona.products, persona.mascot
persona.load_mascots(); persona.load_institution(); persona.load_figures()
heavy = [name for name in ("rasa", "rasa_sdk", "tensorflow", "spacy", "sklearn", "numpy") if name in sys.modules]
print(",".join(heavy))
"""


def test_the_library_loads_no_heavy_package():
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_import_persona_takes_less_than_three_tenths_of_a_second():
    def seconds(code: str) -> float:
        best = 9.0
        for _ in range(3):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds("import persona") - seconds("pass") < 0.3


def test_every_public_name_resolves():
    import persona

    for name in persona.__all__:
        assert getattr(persona, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(persona, "no_such_" + "name")
