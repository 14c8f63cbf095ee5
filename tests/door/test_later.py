"""Modules that are executed when they are used: what `persona/rasa_adapter/later.py` does with TensorFlow, on modules of this test."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from persona.rasa_adapter import later, own_recipe

SERVING = """
import sys
import persona.rasa_adapter.bot, persona.rasa_adapter.spacy_pipeline, persona.rasa_adapter.policy, rasa.core.run
print("tensorflow" in sys.modules, type(sys.modules["rasa.utils.train_utils"]).__name__)
"""

PLANNING = """
import json, sys, yaml
from persona.rasa_adapter import own_recipe
if sys.argv[1] == "as_rasa":
    own_recipe.SUPPORTED = "0"
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
def planned(file):
    made = DefaultV1Recipe().graph_config_for_recipe(yaml.safe_load(open(file, encoding="utf-8")), {})
    from rasa.graph_components.validators import default_recipe_validator as validator
    stands_in = validator.DIETClassifier.__mro__[1] is object
    graphs = json.loads(json.dumps([made.train_schema.as_dict(), made.predict_schema.as_dict(), made.core_target, made.nlu_target]))
    for node in [node for graph in graphs[:2] for node in graph["nodes"].values() if node["resource"]]:
        del node["resource"]["output_fingerprint"]  # another one for each plan
    return graphs, stands_in, "tensorflow" in sys.modules
print(json.dumps([planned(file) for file in sys.argv[2:]]))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "sample_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("ran = []\n")
    (folder / "deferred.py").write_text("import sample_package\nsample_package.ran.append('deferred')\ndef answer():\n    return 42\n")
    (folder / "broken.py").write_text("import sample_package\nsample_package.ran.append('broken')\nimport no_such_module_anywhere\n")
    (folder / "looking.py").write_text("try:\n    import tensorflow\n    found = True\nexcept ImportError:\n    found = False\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    kinds = {"deferred": later.Deferring, "broken": later.Deferring, "looking": later.Without}
    monkeypatch.setattr(later, "CHANGED", {f"sample_package.{name}": kind for name, kind in kinds.items()})
    yield
    for name in [name for name in sys.modules if name.startswith("sample_package")]:
        del sys.modules[name]


def test_it_runs_once_at_the_first_use(package: None) -> None:
    import sample_package
    import sample_package.deferred
    from sample_package import deferred

    importlib.import_module("sample_package.deferred")
    assert sample_package.ran == [] and sample_package.deferred is deferred
    assert not hasattr(deferred, "__path__") and sample_package.ran == []  # what `import` asks for
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(deferred.answer())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [42] * 4 and sample_package.ran == ["deferred"]
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        deferred.nothing_of_that_name  # noqa: B018
    assert sample_package.ran == ["deferred"]


def test_a_name_can_be_imported_from_it(package: None) -> None:
    from sample_package.deferred import answer

    assert answer() == 42


def test_one_that_cannot_run_says_why_each_time(package: None) -> None:
    import sample_package.broken

    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
            sample_package.broken.anything  # noqa: B018
    assert sample_package.ran == ["broken", "broken"]


def test_who_looks_for_tensorflow_finds_none_and_leaves_no_trace(package: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    looking = importlib.import_module("sample_package.looking")
    assert looking.found is False and "tensorflow" not in sys.modules


def test_what_is_imported_already_is_found(package: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", sys)
    assert importlib.import_module("sample_package.looking").found is True


def test_what_serves_customers_holds_no_tensorflow() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", SERVING], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "Later"]


def planned(how: str, *files: str) -> Any:
    """Of each configuration: its graphs, whether the validator knows stand-ins, whether TensorFlow is there by then."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", PLANNING, how, *files], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_training_is_planned_as_rasa_plans_it_without_tensorflow() -> None:
    files = ("config.yml", "config.diet.yml", "config.yml")
    ours, rasas = planned("as_ours", *files), planned("as_rasa", *files)
    assert [graphs for graphs, _, _ in ours] == [graphs for graphs, _, _ in rasas]
    assert [seen for _, *seen in ours] == [[True, False], [False, True], [False, True]]
    assert all(seen == [False, True] for _, *seen in rasas)


def test_only_a_configuration_of_named_modules_is_all_our_own() -> None:
    own = {"name": "persona.rasa_adapter.policy.MascotPolicy"}
    assert own_recipe.all_own({"pipeline": [own], "policies": None})
    for other in ("RulePolicy", "rasa.core.policies.rule_policy.RulePolicy", "no_such_module_anywhere.Policy"):
        assert not own_recipe.all_own({"pipeline": [own], "policies": [own, {"name": other}]})
