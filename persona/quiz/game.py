"""The class as a game: which message comes next, what an answer does to score and level. Pure and reproducible."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from persona.quiz.items import LEVELS, Item
from persona.quiz.reading import ANSWERS

ACTS = (*ANSWERS, "why", "next", "stop", "score", "easy", "hard", "start")


@dataclass(frozen=True)
class Game:
    """Where a conversation stands: ids asked so far, the one that waits for an answer, the score, the level."""

    asked: tuple[str, ...] = ()
    open: str = ""
    answered: int = 0
    right: int = 0
    level: int = LEVELS[0]

    def dumps(self) -> str:
        """As a slot holds it."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def loads(cls, raw: Any) -> Game:
        """From the slot; whatever else stands there is a new game."""
        try:
            data = json.loads(raw) if isinstance(raw, str) else raw
            return cls(tuple(str(i) for i in data["asked"]), str(data["open"]), int(data["answered"]), int(data["right"]),
                       min(max(int(data["level"]), LEVELS[0]), LEVELS[-1]))
        except (KeyError, TypeError, ValueError):
            return cls()


@dataclass(frozen=True)
class Turn:
    """What is said, with its values, and where the game stands then."""

    response: str
    game: Game
    item: Item | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def play(game: Game, act: str, items: Mapping[str, Item], seed: str, today: date, text: str = "") -> Turn:
    """One turn.

    act: one of ACTS.  seed: the same for a conversation, so that the same conversation gets the same messages.
    text: what the customer wrote; a kind of fraud named in it is asked next.
    """
    waiting = items.get(game.open)
    if act in ANSWERS and waiting is not None:
        return _judged(game, act, waiting)
    if act == "why":
        judged = items.get(game.asked[-1]) if game.asked and waiting is None else None
        if judged is not None:
            return Turn(f"utter_quiz_why_{'genuine' if judged.genuine else 'fraud'}", game, judged, _score(game))
        act = "start"
    if act == "stop":
        return Turn("utter_quiz_stopped" if game.answered else "utter_quiz_stopped_early", game, None, _score(game))
    if act == "score":
        return Turn("utter_quiz_score" if game.answered else "utter_quiz_no_score", game, None, _score(game))
    if act in ("easy", "hard"):
        step = 1 if act == "hard" else -1
        game = replace(game, open="", level=min(max(game.level + step, LEVELS[0]), LEVELS[-1]))
    elif act == "start" and waiting is not None and not _wanted(items, text):
        return _question(game, waiting)
    return _next(game, items, seed, today, text)


def _judged(game: Game, act: str, item: Item) -> Turn:
    right = (act == "genuine") == item.genuine and act != "unsure"
    after = replace(
        game, open="", answered=game.answered + 1, right=game.right + right,
        level=min(max(game.level + (1 if right else -1), LEVELS[0]), LEVELS[-1]),
    )
    name = f"utter_quiz_{'right' if right else 'reveal'}_{'genuine' if item.genuine else 'fraud'}"
    return Turn(name, after, item, _score(after))


def _next(game: Game, items: Mapping[str, Item], seed: str, today: date, text: str) -> Turn:
    left = [i for i in items.values() if i.id not in game.asked and i.expires >= today]
    wanted = _wanted(items, text)
    left = [i for i in left if i.scam in wanted] or left
    if not left:
        return Turn("utter_quiz_done", replace(game, open=""), None, _score(game))
    item = min(left, key=lambda i: (abs(i.level - game.level), hashlib.sha256(f"{seed}:{i.id}".encode()).hexdigest()))
    return _question(replace(game, open=item.id, asked=(*game.asked, item.id)), item)


def _wanted(items: Mapping[str, Item], text: str) -> set[str]:
    """Kinds of fraud that the message names."""
    return {item.scam for item in items.values() if any(word in text for word in item.words)}


def _question(game: Game, item: Item) -> Turn:
    return Turn("utter_quiz_question", game, item, {"n": str(len(game.asked))})


def _score(game: Game) -> dict[str, str]:
    return {"answered": str(game.answered), "right": str(game.right)}
