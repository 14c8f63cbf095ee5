"""The importer reads each file once and gives what Rasa's own importer gives, refusals included."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import YamlException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.utils import io

from persona.rasa_adapter.importer import MascotImporter

ROOT = Path(__file__).parent.parent.parent
FILES = ("nlu/faq/annual_fee.yml", "nlu/faq/cash_branch.yml", "nlu/scam/fake_loan.yml", "nlu/dialogue/handoff.yml", "rules/rules.yml")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "data" / name, tmp_path / "data" / name)
    shutil.copy(ROOT / "domain.yml", tmp_path / "domain.yml")
    return tmp_path


def load(content: Path, name: str) -> TrainingDataImporter:
    paths = (str(ROOT / "config.yml"), str(content / "domain.yml"), [str(content / "data")])
    return TrainingDataImporter.load_from_dict({"importers": [{"name": name}]}, *paths)


def test_the_training_data_is_the_same(content: Path) -> None:
    ours = load(content, f"{MascotImporter.__module__}.{MascotImporter.__name__}")
    rasas = load(content, RasaFileImporter.__name__)
    for language in ("en", "zh"):
        mine, theirs = ours.get_nlu_data(language), rasas.get_nlu_data(language)
        assert [m.data for m in mine.training_examples] == [m.data for m in theirs.training_examples]
        assert mine.fingerprint() == theirs.fingerprint()
    assert ours.get_domain().fingerprint() == rasas.get_domain().fingerprint()
    written = Domain.from_yaml(ours.get_domain().as_yaml())
    assert written.as_dict() == Domain.from_yaml(rasas.get_domain().as_yaml()).as_dict()
    assert ours.get_stories().fingerprint() == rasas.get_stories().fingerprint()
    assert ours.get_config() == rasas.get_config()


def test_a_file_is_parsed_once(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    upstream = io.read_yaml_file
    monkeypatch.setattr(io, "read_yaml_file", lambda path, *rest: (read.append(str(path)), upstream(path, *rest))[1])
    importer = load(content, f"{MascotImporter.__module__}.{MascotImporter.__name__}")
    importer.get_nlu_data("en")
    importer.get_nlu_data("zh")
    examples = [path for path in read if "/data/nlu/" in path]
    assert sorted(examples) == sorted(set(examples))
    assert len(examples) == len(FILES) - 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 嗨\n  exmaples: 1\n', "exmaples"),
        ('version: "3.1"\nresponses:\n  utter_x:\n  - txt: 你好\n', "txt"),
        ('version: "3.1"\nnlu:\n- intent: [greet\n', "line 4"),
        ('version: "3.1"\nversion: "3.1"\nnlu: []\n', "version"),
    ],
)
def test_a_broken_file_is_refused_as_rasa_refuses_it(content: Path, text: str, said: str) -> None:
    (content / "data" / "broken.yml").write_text(text, encoding="utf-8")
    for name in (RasaFileImporter.__name__, f"{MascotImporter.__module__}.{MascotImporter.__name__}"):
        with pytest.raises(YamlException) as caught:
            load(content, name).get_nlu_data()
        assert "broken.yml" in str(caught.value)
        assert said in str(caught.value)


def test_a_change_of_one_copy_leaves_the_others_alone(content: Path) -> None:
    importer = load(content, f"{MascotImporter.__module__}.{MascotImporter.__name__}")
    first, second = importer.get_nlu_data("en"), importer.get_nlu_data("zh")
    before = second.training_examples[5].fingerprint()
    first.training_examples[5].set("text", "另一句")
    assert first.training_examples[5].fingerprint() != before
    assert second.training_examples[5].fingerprint() == before
