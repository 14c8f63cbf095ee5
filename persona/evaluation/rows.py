"""Labelled sentences: a file's, or the project's own examples."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from persona.content import load_content
from persona.nlu.parser import public

LABEL_KEYS = ("label", "intent", "topic")
# Labels for "nothing this bot answers", whatever the collection calls it.
OUTSIDE = frozenset({"none", "oos", "ood", "out_of_scope"})
SHOWN = 5


class BadRowsError(ValueError):
    """A labelled file cannot be scored; the message names file, line, what is wrong and how to mend it."""


@dataclass(frozen=True)
class Row:
    """One labelled sentence. `accept`: labels that count as right, the row's own first (public labels); empty when
    the sentence is outside of what the bot answers. `own`: it stands in the project, so reports may print it."""

    text: str
    accept: tuple[str, ...]
    where: str
    own: bool = False

    @property
    def label(self) -> str:
        """The label the row is counted under."""
        return self.accept[0] if self.accept else "out_of_scope"


def project_rows(root: Path) -> tuple[list[Row], list[str]]:
    """The project's training sentences and their internal labels (with the part behind a dot), each sentence once."""
    rows: list[Row] = []
    labels: list[str] = []
    seen: set[str] = set()
    for example in load_content(root).examples:
        if example.text in seen:
            continue
        seen.add(example.text)
        name = public(example.intent)
        rows.append(Row(example.text, () if name in OUTSIDE else (name,), f"{example.file}:{example.line}", own=True))
        labels.append(example.intent)
    return rows, labels


def read_file(path: Path, known: Collection[str], outside: Collection[str] = ()) -> list[Row]:
    """Rows of a JSON-lines file: `text`, one of `label`, `intent`, `topic`, and optionally `also_ok`.

    known: public labels of the model.  outside: more labels that stand for "not answered here" (`chat` also takes
    `chat:riddle`).  Raises BadRowsError.
    """
    if path.is_dir():
        raise BadRowsError(f"{path} 是文件夹；写出里面的 .jsonl 文件。")
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except FileNotFoundError as problem:
        raise BadRowsError(f"没有 {path} 这个文件；检查文件名。") from problem
    except OSError as problem:
        raise BadRowsError(f"{path} 打不开（{problem.strerror}）；检查权限。") from problem
    except UnicodeDecodeError as problem:
        raise BadRowsError(f"{path} 不是 UTF-8 编码；另存为 UTF-8。") from problem
    rows = [_row(line, f"{path}:{number}", known, {*OUTSIDE, *outside}) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise BadRowsError(f"{path} 里没有句子；一行一个 {{\"text\": \"…\", \"label\": \"faq/…\"}}。")
    strange = {row.label: row.where for row in reversed(rows) if row.accept and not set(row.accept) & set(known)}
    if strange:
        listed = "、".join(f"{label}（{where.rsplit(':', 1)[1]} 行）" for label, where in sorted(strange.items())[:SHOWN])
        raise BadRowsError(
            f"{path} 有 {len(strange)} 个标签模型里没有：{listed}{'……' if len(strange) > SHOWN else ''}。"
            "改成项目里的标签（mascot parse 打印的那些）；表示“不归这里答”的，用 --outside 标签 说明。"
        )
    return rows


def _row(line: str, where: str, known: Collection[str], outside: Collection[str]) -> Row:
    try:
        data: Any = json.loads(line)
    except ValueError as problem:
        raise BadRowsError(f"{where} 不是 JSON：{problem}；一行写一个对象。") from problem
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise BadRowsError(f"{where} 没有 text；写成 {{\"text\": \"…\", \"label\": \"faq/…\"}}。")
    label = next((data[key] for key in LABEL_KEYS if isinstance(data.get(key), str)), None)
    if label is None:
        raise BadRowsError(f"{where} 没有标签；加上 label（或 intent、topic）。")
    if label in outside or label.split(":", 1)[0] in outside:
        return Row(data["text"], (), where)
    also = data.get("also_ok", [])
    also = [also] if isinstance(also, str) else also
    if not isinstance(also, list) or not all(isinstance(other, str) for other in also):
        raise BadRowsError(f"{where} 的 also_ok 要是标签的列表。")
    return Row(data["text"], tuple(dict.fromkeys(_full(name, known) for name in (label, *also))), where)


def _full(name: str, known: Collection[str]) -> str:
    """A topic without its group gets it (`points` -> `faq/points`)."""
    name = public(name)
    return next((c for c in (name, f"faq/{name}", f"scam/{name}", f"chitchat/{name}") if c in known), name)


def blocks(labels: list[str], folds: int) -> Iterator[tuple[list[int], list[int]]]:
    """Indices to train on and to test on, `folds` times. Each fold takes a stretch of neighbouring sentences of every
    label: sentences about one situation stand together, and so the test asks about situations that were not trained."""
    place: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        place.setdefault(label, []).append(index)
    fold_of = [0] * len(labels)
    for indices in place.values():
        for position, index in enumerate(indices):
            fold_of[index] = position * folds // len(indices)
    for fold in range(folds):
        yield [i for i, f in enumerate(fold_of) if f != fold], [i for i, f in enumerate(fold_of) if f == fold]
