"""Training a model whose components are all named by their module, without TensorFlow: five seconds of every training.

Rasa 3.6.21 imports each component it has before it looks one up, and again for a validator that asks whether DIET, TED or a
ResponseSelector is configured. Where the configuration names no component of Rasa's own, none of them can be: for that
moment the list is empty, and three classes that nobody uses stand for those three. `config.diet.yml` finds everything as always.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from types import ModuleType
from typing import Any

SUPPORTED = "3.6.21"
VALIDATOR = "rasa.graph_components.validators.default_recipe_validator"
EMPTY: dict[str, dict[str, Any]] = {"rasa.engine.recipes.default_components": {"DEFAULT_COMPONENTS": []}}
HEAVY = {
    "rasa.nlu.classifiers.diet_classifier": "DIETClassifier",
    "rasa.nlu.selectors.response_selector": "ResponseSelector",
    "rasa.core.policies.ted_policy": "TEDPolicy",
}


def all_own(config: dict[str, Any]) -> bool:
    """Whether every component and policy is a class outside Rasa, named by its module; their modules are imported then,
    with whatever they are made of."""
    named = [str(part.get("name")) for part in [*(config.get("pipeline") or []), *(config.get("policies") or [])]]
    if not all("." in name and not name.startswith("rasa.") for name in named):
        return False
    try:
        for name in named:
            import_module(name.rpartition(".")[0])
    except ImportError:  # Rasa says so in its own words
        return False
    return True


def _module(name: str, **members: Any) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(members)
    return made


@contextmanager
def without_rasas_components() -> Iterator[None]:
    """What is not imported yet of Rasa's list and of the three classes is stood in for; afterwards it can be imported."""
    stand_ins = {name: _module(name, **members) for name, members in EMPTY.items()}
    stand_ins |= {name: _module(name, **{kind: type(kind, (), {"__module__": name})}) for name, kind in HEAVY.items()}
    stand_ins = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


def install(recipe: ModuleType) -> None:
    """Let `DefaultV1Recipe` plan the training of our own components in this way; another Rasa plans as it likes.

    recipe: `rasa.engine.recipes.default_recipe`.
    """
    import rasa

    if rasa.__version__ != SUPPORTED:
        return
    original = recipe.DefaultV1Recipe.graph_config_for_recipe

    @wraps(original)
    def planned(self: Any, config: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        known = sys.modules.get(VALIDATOR)
        if known is not None and getattr(known, "stands_in", False):
            del sys.modules[VALIDATOR]  # it was made for another training of this process
        if not all_own(config):
            return original(self, config, *args, **kwargs)
        with without_rasas_components():
            made = original(self, config, *args, **kwargs)
        if VALIDATOR in sys.modules and not HEAVY.keys() <= sys.modules.keys():
            sys.modules[VALIDATOR].stands_in = True  # type: ignore[attr-defined]
        return made

    recipe.DefaultV1Recipe.graph_config_for_recipe = planned
