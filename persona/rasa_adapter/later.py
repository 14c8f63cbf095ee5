"""TensorFlow stays out of processes that do not use it: 350 MB and five seconds of every start.

No component of this project trains or runs a TensorFlow model, but two imports load it all the same. `rasa.utils.train_utils`,
which Rasa's entity extractors and every policy import, is executed at the first use of one of its names; DIET and TED, configured,
find it as always. `thinc`, below spaCy, looks whether TensorFlow is there, for layers that our pipeline does not have; it is
told no. For training see own_recipe.py.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType
from typing import Any

from persona.rasa_adapter import own_recipe

_LOCK = RLock()


class Later(ModuleType):
    """A module whose code runs when one of its names is asked for. `import` itself asks for double underscores only."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        with _LOCK:  # other threads wait until all names are there; this one may come back while the code runs
            loader = self.__spec__.loader  # type: ignore[union-attr]
            if isinstance(loader, Deferring) and not loader.begun:
                loader.begun = True
                try:
                    loader.code.exec_module(self)
                except BaseException:
                    loader.begun = False
                    raise
                self.__class__ = ModuleType  # type: ignore[assignment]
        if name in self.__dict__:
            return self.__dict__[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class Deferring(Loader):
    """Makes the module and leaves its code for later."""

    def __init__(self, code: Loader) -> None:
        self.code = code
        self.begun = False

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module without its names."""
        return Later(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Later."""


class Around(Loader):
    """Makes the module as always; its kinds do something before or after the code."""

    def __init__(self, code: Loader) -> None:
        self.code = code

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As always."""
        return self.code.create_module(spec)


class Without(Around):
    """Runs the module's code while TensorFlow cannot be imported, unless it has been already."""

    def exec_module(self, module: ModuleType) -> None:
        """The code, to which TensorFlow is not installed."""
        if "tensorflow" in sys.modules:
            return self.code.exec_module(module)
        sys.modules["tensorflow"] = None  # type: ignore[assignment]  # Python's own sign for "not to be imported"
        try:
            self.code.exec_module(module)
        finally:
            del sys.modules["tensorflow"]


class Completed(Around):
    """Runs the module's code, and then what own_recipe.py changes in it."""

    def exec_module(self, module: ModuleType) -> None:
        """The code, completed."""
        self.code.exec_module(module)
        own_recipe.install(module)


CHANGED: dict[str, type[Deferring] | type[Around]] = {
    "rasa.utils.train_utils": Deferring, "thinc.compat": Without, "rasa.engine.recipes.default_recipe": Completed,
}


class Finder(MetaPathFinder):
    """Finds these modules where they are and loads them in their own way."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """None for every other module: Python goes on looking."""
        if name not in CHANGED:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = CHANGED[name](spec.loader)
        return spec


def install() -> None:
    """From now on; what is imported already stays."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
