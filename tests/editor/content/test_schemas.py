"""The schemas say what the code reads, fit every file of their kind, and are named in its first line."""

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from persona.content.schemas import FILES, FOLDER, KINDS, mark, schema

ROOT = Path(__file__).resolve().parents[3]
class Loader(yaml.CSafeLoader):
    """As the linter reads: a bare date is told elsewhere, here it is text."""


Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)


@pytest.mark.parametrize("kind", KINDS)
def test_the_written_schema_is_what_the_code_says(kind):
    assert json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8")) == schema(kind), "run: python -m persona.content.schemas"
    jsonschema.Draft7Validator.check_schema(schema(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_of_the_kind_fits(kind):
    check = jsonschema.Draft7Validator(schema(kind))
    files = sorted(ROOT.glob(FILES[kind][0]))
    if not files and kind in ("topic", "conversation"):
        pytest.skip("the library is tested without its content")
    assert files
    for file in files:
        errors = [error.message for error in check.iter_errors(yaml.load(file.read_text(encoding="utf-8"), Loader=Loader))]
        assert not errors, f"{file}: {errors[:2]}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_a_file_names_is_the_one_of_its_kind(kind):
    files = sorted(ROOT.glob(FILES[kind][0]))
    named = 0
    for file in files:
        first = file.read_text(encoding="utf-8").split("\n", 1)[0]
        if first.startswith("# yaml-language-server"):
            match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
            assert match and os.path.normpath(file.parent / match.group(1)) == str(FOLDER / f"{kind}.json"), file
            named += 1
    assert named or not files, f"run: python -m persona.content.schemas ({kind})"


def test_a_file_is_marked_once(tmp_path):
    file = tmp_path / "data" / "nlu" / "a.yml"
    file.parent.mkdir(parents=True)
    file.write_text('version: "3.1"\n', encoding="utf-8")
    assert (mark(tmp_path), mark(tmp_path)) == (1, 0)
    assert file.read_text(encoding="utf-8").endswith('topic.json\nversion: "3.1"\n')


@pytest.mark.parametrize(("kind", "path", "wrong"), [
    ("topic", ("responses", "utter_x", 0, "metadata", "tone"), "gentle"),
    ("topic", ("responses", "utter_x", 0, "metadata", "soruce"), "x"),
    ("topic", ("responses", "utter_x", 0, "buttons", 0, "payload"), "faq/x"),
    ("topic", ("version",), "2.0"),
])
def test_a_wrong_file_does_not_fit(kind, path, wrong):
    good = {"version": "3.1", "responses": {"utter_x": [{
        "text": "好。", "buttons": [{"title": "下一步", "payload": "/faq/x"}],
        "metadata": {"tone": "warm", "source": "甲", "reviewed": "2026-11-23", "expires": "2027-05-23"}}]}}
    check = jsonschema.Draft7Validator(schema(kind))
    assert check.is_valid(good)
    at = good
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = wrong
    assert not check.is_valid(good)
