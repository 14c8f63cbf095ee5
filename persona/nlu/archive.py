"""Read the understanding out of a Rasa model archive, without importing rasa."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from persona.nlu.parser import Parse, Parser
from persona.nlu.text import half_width

SPACY_FOLDER = Path("build/spacy_zh")


class ModelMissingError(FileNotFoundError):
    """There is no trained model to read."""


def newest(folder: Path) -> Path:
    """The newest `*.tar.gz` in `folder`."""
    archives = sorted(folder.glob("*.tar.gz"), key=lambda p: p.stat().st_mtime)
    if not archives:
        raise ModelMissingError(f"{folder}/ 里没有模型，先运行 make train。")
    return archives[-1]


def load_parser(archive: Path) -> Parser:
    """The parser that was trained into `archive`."""
    with tarfile.open(archive) as tar, TemporaryDirectory() as scratch:
        wanted = [m for m in tar.getmembers() if Path(m.name).name in ("weights.npz", "model.json") and m.isfile()]
        if {Path(m.name).name for m in wanted} != {"weights.npz", "model.json"}:
            raise ModelMissingError(f"{archive} 不是用 config.yml 训练的模型（里面没有 MascotClassifier）。")
        for member in wanted:
            source = tar.extractfile(member)
            assert source is not None
            (Path(scratch) / Path(member.name).name).write_bytes(source.read())
        try:
            return Parser.load(Path(scratch))
        except KeyError as problem:
            raise ModelMissingError(f"{archive} 是旧版本训练的（缺 {problem}），先运行 make train。") from problem


def load_understanding(folder: Path) -> Callable[[str], Parse]:
    """A function from text to `Parse`, entities included."""
    parser = load_parser(newest(folder))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # spaCy's backend looks for tensorflow and tensorflow talks
    from persona.nlu import entities

    nlp = entities.load(entities.ensure(SPACY_FOLDER))
    return lambda text: parser.parse(text, entities.entities_of(nlp(half_width(text[:2000]))))
