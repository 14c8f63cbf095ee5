"""The project's spaCy `zh` pipeline: an entity ruler made from `lexicon/entities.yml`, the names on the mascots' cards and those of the product sheets.

No model is downloaded: the pipeline starts from `spacy.blank("zh")` with the character segmenter, so every
token is one character and phrases match wherever they stand.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.language import Language
from spacy.tokens import Doc

from persona.layers import current
from persona.nlu.features import LEXICON
from persona.nlu.institutions import institutions
from persona.nlu.names import SHEET, named
from persona.nlu.text import traditional

# Longest phrase first: "大额存单" must win over "存单" whatever the order in the file.
_TOKEN = re.compile(r"\[[^\]]+\]\+?")


def _token_pattern(piece: str) -> dict[str, Any]:
    repeated = piece.endswith("+")
    charset = piece[:-1] if repeated else piece
    if not _TOKEN.fullmatch(piece):
        raise ValueError(f"entities.yml: {piece!r} 不是一个字的样式，写成 [0-9]+ 这样")
    return {"TEXT": {"REGEX": f"^{charset}$"}, **({"OP": "+"} if repeated else {})}


def ruler_patterns(path: Path | None = None) -> list[dict[str, Any]]:
    """Patterns for spaCy's entity ruler: phrases with their canonical value as `id`, and character patterns."""
    with open(path or current(LEXICON / "entities.yml"), encoding="utf-8") as file:
        lexicon = yaml.load(file, Loader=yaml.CSafeLoader)
    patterns: list[dict[str, Any]] = []
    for label, values in {**lexicon["entities"], **named()}.items():
        for value, phrases in values.items():
            written = {str(p) for p in phrases}
            for phrase in written | {p.lower() for p in written} | {p.upper() for p in written} | {traditional(p) for p in written}:
                patterns.append({"label": label, "pattern": phrase, "id": value})
    for label, alternatives in lexicon.get("patterns", {}).items():
        patterns += [{"label": label, "pattern": [_token_pattern(p) for p in pieces]} for pieces in alternatives]
    return sorted(patterns, key=lambda p: (p["label"], p.get("id", ""), str(p["pattern"])))


def build(folder: Path) -> Path:
    """Write the pipeline to `folder` so that Rasa's SpacyNLP can load it by path."""
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "char"}}})
    ruler = nlp.add_pipe("entity_ruler", config={"overwrite_ents": True})
    ruler.add_patterns(ruler_patterns())  # type: ignore[attr-defined]
    nlp.meta["name"] = "fuhe"
    folder.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder)
    return folder


def ensure(folder: Path) -> Path:
    """The pipeline in `folder`, built when it is not there or the lexicon has changed since."""
    stamp = folder / "lexicon.sha256"
    wanted = fingerprint()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        build(folder)
        stamp.write_text(wanted, encoding="utf-8")
    return folder


def fingerprint() -> str:
    """Changes whenever a word of the lexicon does; training is repeated then."""
    digest = hashlib.sha256()
    for file in sorted(current(LEXICON).glob("*.yml")):
        digest.update(file.read_bytes())
    digest.update(repr(named()).encode())
    return digest.hexdigest()[:16]


def entities_of(doc: Doc) -> list[dict[str, Any]]:
    """Entities in Rasa's form; `value` is the canonical value, offsets are code points of the text. Another institution that is
    asked about stands among them as `institution`, with its role (bank, product); a product that is named has its category beside it."""
    others = [
        {"entity": "institution", "value": m.name, "role": m.role, "start": m.start, "end": m.end, "extractor": "MascotClassifier"}
        for m in institutions().asked_about(doc.text)
    ]
    found = []
    for ent in doc.ents:
        values = {ent.label_: ent.ent_id_ or ent.text}
        if ent.label_ == SHEET:
            values["product"], _, values[SHEET] = ent.ent_id_.partition("/")
        found += [
            {"entity": label, "value": value, "start": ent.start_char, "end": ent.end_char, "extractor": "MascotClassifier"}
            for label, value in values.items()
        ]
    return others + found


def load(folder: Path) -> Language:
    """Load a pipeline written by `build`."""
    return spacy.load(folder)


def of_message(name: str, value: Any, text: str) -> dict[str, Any]:
    """What a message as a whole says."""
    return {"entity": name, "value": value, "start": 0, "end": len(text), "extractor": "MascotClassifier"}
