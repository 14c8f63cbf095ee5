"""银行吉祥物的人设库：谁在说话、怎么说、哪些数字还有效。

不导入 rasa，也不导入 tensorflow；名字在第一次用到时才加载，所以 ``import persona`` 几乎不花时间。
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from persona.content import Content, check, load_content
    from persona.errors import ContentError, Problem, RenderError, StaleFigure
    from persona.figures import Figures, load_figures
    from persona.institution import Institution, load_institution
    from persona.mascot import Mascot, load_mascot, load_mascots
    from persona.products import Product, load_products
    from persona.voice import Voice, ai_notice, refusal

__version__ = "0.1.0"

# name -> module; resolved on first use so that the guard, the command line and the action server
# each pay only for what they touch.
_HOMES = {
    "Content": "content",
    "check": "content",
    "load_content": "content",
    "ContentError": "errors",
    "Problem": "errors",
    "RenderError": "errors",
    "StaleFigure": "errors",
    "Figures": "figures",
    "load_figures": "figures",
    "Institution": "institution",
    "load_institution": "institution",
    "Mascot": "mascot",
    "load_mascot": "mascot",
    "load_mascots": "mascot",
    "Product": "products",
    "load_products": "products",
    "Voice": "voice",
    "ai_notice": "voice",
    "refusal": "voice",
}

__all__ = [
    "Content",
    "ContentError",
    "Figures",
    "Institution",
    "Mascot",
    "Problem",
    "Product",
    "RenderError",
    "StaleFigure",
    "Voice",
    "__version__",
    "ai_notice",
    "check",
    "load_content",
    "load_figures",
    "load_institution",
    "load_mascot",
    "load_mascots",
    "load_products",
    "refusal",
]


def __getattr__(name: str) -> Any:
    """Load the module that holds ``name`` the first time it is asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
