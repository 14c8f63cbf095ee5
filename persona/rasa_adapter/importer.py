"""Rasa's file importer, reading every training file once.

Rasa 3.6 parses and checks each file again for every question about it (is it NLU, is it a story, which language), and
copies and fingerprints every example at each merge: a third of the training time on content of this size. This importer
gives the same training data (tests/door/test_importer.py) and makes the same checks, on one parsed copy.
Named in config.yml; `rasa data validate` and `rasa train` use it.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import rasa
import rasa.shared.data
import rasa.shared.utils.io
from pykwalify.core import Core
from pykwalify.errors import SchemaError
from rasa.shared.constants import RESPONSES_SCHEMA_FILE, SCHEMA_EXTENSIONS_FILE, TEST_STORIES_FILE_PREFIX
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import KEY_RULES, KEY_STORIES
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data import loading
from rasa.shared.nlu.training_data.formats.rasa_yaml import KEY_NLU, KEY_RESPONSES, NLU_SCHEMA_FILE, RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.validation import validate_training_data_format_version

from persona.rasa_adapter.domain import MascotDomain

_FINGERPRINTS: dict[tuple[tuple[str, str], ...], str] = {}


class Example(Message):
    """A training example whose copies are cheap and keep the fingerprint as long as nothing in them changes."""

    _cached_fingerprint: str | None

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """As in Rasa; setting what is there already changes nothing."""
        if add_to_output or self.data.get(prop) != info:
            super().set(prop, info, add_to_output)

    def fingerprint(self) -> str:
        """As in Rasa, computed once for equal strings: each merge writes all answers of a topic in turn."""
        if self._cached_fingerprint is not None:
            return self._cached_fingerprint
        if not self.features and all(isinstance(v, str) for v in self.data.values()):
            key = tuple(self.data.items())
            if key not in _FINGERPRINTS:
                _FINGERPRINTS[key] = super().fingerprint()
            self._cached_fingerprint = _FINGERPRINTS[key]
        return str(super().fingerprint())

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        twin = Example.__new__(Example)  # each of the merges copies every example: Rasa's own __init__ would copy the data twice more
        twin.__dict__.update(
            self.__dict__, data={k: v if isinstance(v, str) else copy.deepcopy(v, memo) for k, v in self.data.items()},
            output_properties=set(self.output_properties), features=copy.deepcopy(self.features, memo) if self.features else [],
        )
        return twin


class _Schema:
    """Rasa's schema of an NLU file, loaded once."""

    def __init__(self) -> None:
        def shipped(name: str) -> str:
            return str(Path(rasa.__file__).parent / name)

        schema = dict(rasa.shared.utils.io.read_yaml_file(shipped(NLU_SCHEMA_FILE)))
        schema.update(rasa.shared.utils.io.read_yaml_file(shipped(RESPONSES_SCHEMA_FILE)))
        self._core = Core(source_data={"version": "3.1"}, schema_data=schema, extensions=[shipped(SCHEMA_EXTENSIONS_FILE)])

    def holds(self, content: Any) -> bool:
        """Whether the content is as the schema says."""
        self._core.source = content
        try:
            self._core.validate(raise_exception=True)
        except SchemaError:
            return False
        return True


class _Reader(RasaYAMLReader):
    """Rasa's reader on content that is parsed already."""

    def __init__(self, filename: str, content: Any, schema: _Schema) -> None:
        super().__init__()
        self.filename = filename
        self._content = content
        self._schema = schema

    def data(self) -> TrainingData:
        """The training data of the file; a file against the schema raises Rasa's own error, with its line."""
        if not self._schema.holds(self._content):
            self.validate(rasa.shared.utils.io.read_file(self.filename))
        if not validate_training_data_format_version(self._content, self.filename):
            return TrainingData()
        self._parse_nlu(self._content.get(KEY_NLU))
        return TrainingData(
            [Example(m.data) for m in self.training_examples],
            self.entity_synonyms,
            self.regex_features,
            self.lookup_tables,
            self._content.get(KEY_RESPONSES),
        )


class MascotImporter(RasaFileImporter):
    """RasaFileImporter with one reading of each file in the life of the importer."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        self._parsed: dict[str, Any] = {}
        self._domain: Domain | None = None
        self._training_data: TrainingData | None = None
        super().__init__(config_file, domain_path, [])
        files = rasa.shared.data.get_data_files
        self._nlu_files = files(training_data_paths, self._is_nlu)
        self._story_files = files(training_data_paths, self._is_story)
        self._conversation_test_files = [f for f in self._story_files if Path(f).name.startswith(TEST_STORIES_FILE_PREFIX)]

    def _content(self, path: str) -> Any:
        if path not in self._parsed:
            self._parsed[path] = rasa.shared.utils.io.read_yaml_file(path)
        return self._parsed[path]

    def _holds(self, path: str, *keys: str) -> bool:
        content = self._content(path)
        return isinstance(content, dict) and any(key in content for key in keys)

    def _is_nlu(self, path: str) -> bool:
        if not rasa.shared.data.is_likely_yaml_file(path):
            return bool(rasa.shared.data.is_nlu_file(path))
        return self._holds(path, KEY_NLU, KEY_RESPONSES)

    def _is_story(self, path: str) -> bool:
        return bool(rasa.shared.data.is_likely_yaml_file(path)) and self._holds(path, KEY_STORIES, KEY_RULES)

    def get_domain(self) -> Domain:
        """The domain as in the file, without what the training data adds."""
        if self._domain is None:
            self._domain = MascotDomain.from_dict(super().get_domain().as_dict())
        return self._domain

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """All examples and responses. YAML carries no language, so one reading serves every `language`."""
        if self._training_data is None:
            schema = _Schema()
            self._training_data = TrainingData().merge(*(self._read(f, language, schema) for f in self._nlu_files))
        return self._training_data

    def _read(self, path: str, language: str | None, schema: _Schema) -> TrainingData:
        if not rasa.shared.data.is_likely_yaml_file(path):
            return loading.load_data(path, language)
        return _Reader(path, self._content(path), schema).data()
