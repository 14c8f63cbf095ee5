"""The Rasa graph component around `persona.nlu.Parser`: one linear model for intents and topics.

It writes what FallbackClassifier, ResponseSelector and an entity extractor would write, so that `utter_faq`, custom
actions, `rasa data validate` and `rasa test` work without them. Needs SpacyNLP before it in the pipeline.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, METADATA, RESPONSE_SELECTOR, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from persona import bearings, metrics
from persona.columns import PREFIX
from persona.institution import load_institution
from persona.labels import Labels
from persona.nlu import entities as lexicon
from persona.nlu.entities import of_message
from persona.nlu.features import Features
from persona.nlu.model import train
from persona.nlu.parser import FALLBACK, Parse, Parser
from persona.nlu.text import half_width
from persona.official import check
from persona.rasa_adapter.calling import called, names_column
from persona.rasa_adapter.editor import INTENT as REVIEW_COPY
from persona.rasa_adapter.editor import asks_for_review
from persona.rasa_adapter.hearing import STOP, Hearing
from persona.rasa_adapter.masking import keep_from_logs, said_before
from persona.rasa_adapter.options import Command, choose, parse_payload
from persona.rasa_adapter.said import given, last_response, numbered, own_questions

SPACY_DOC = "text_spacy_doc"
# In front of a typed "/…" that is not on offer: Rasa's regex handler runs after us and would obey it.
NOT_A_COMMAND = "\u2060"
COUNTED = 6  # questions of one message that 「第三个」 can name
COLUMN = "ask_column"
FAQ = "faq/"
_LETTER = re.compile(r"^(?:我|应该|是)*(?:选|猜|答)?[a-dA-D]$")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MascotClassifier(GraphComponent):
    """Classifies intents and retrieval topics, extracts entities, resolves buttons, knows when it does not know."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, parser: Parser | None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._parser = parser
        self._labels = Labels.load()
        self._hearing = Hearing(parser, self._labels) if parser else None
        self._institution = load_institution()

    @classmethod
    def required_components(cls) -> list[type]:
        """SpacyNLP provides the document whose entities are used."""
        return [SpacyNLP]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`c`: inverse regularisation of the linear model; `min_df`: least number of sentences a feature occurs in."""
        return {"c": 0.25, "min_df": 2}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Retrain when a word of the lexicon or the way features are taken changes."""
        source = Path(__file__).parent.parent / "nlu"
        code = "".join((source / name).read_text("utf-8") for name in ("features.py", "text.py", "languages.py", "model.py"))
        return lexicon.fingerprint() + hashlib.sha256(code.encode()).hexdigest()[:16]

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> MascotClassifier:
        """A component that is still to be trained."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MascotClassifier:
        """The trained component from a model archive."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Parser.load(Path(folder)))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on every intent example; the label is the full retrieval intent where there is one."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT) and e.get(INTENT)]
        texts = [e.get(TEXT) for e in examples]
        labels = [e.get("intent_response_key") or e.get(INTENT) for e in examples]
        features = Features.load()
        model = train(texts, labels, features, c=self._config["c"], min_df=self._config["min_df"])
        self._parser = Parser(model, features)
        self._hearing = Hearing(self._parser, self._labels)
        with TemporaryDirectory() as scratch, self._storage.write_to(self._resource) as folder:
            model.save(Path(scratch))
            for file in Path(scratch).iterdir():
                shutil.copy(file, Path(folder) / file.name)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing later in the pipeline needs predictions on training data."""
        return training_data

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Write intent, ranking, entities and topic onto each message."""
        with metrics.timing("parse"):  # no decorator: Rasa wires components by the signature it finds
            for message in messages:
                if tracker is not None:
                    keep_from_logs(message.get(TEXT) or "", said_before(reversed(tracker.events)))
                self._process(message, tracker)
        return messages

    def _process(self, message: Message, tracker: DialogueStateTracker | None) -> None:
        text = half_width(message.get(TEXT) or "")
        # Only live conversations come with a tracker of ours; training, `rasa test` and `rasa shell nlu` do not.
        live = tracker is not None and getattr(tracker, "behind_door", False)
        command = self._command(text, tracker) if live else (parse_payload(text) if text.startswith("/") else None)
        if command and self._write_command(message, command):
            return
        if text.lstrip().startswith("/") and live:
            message.set(TEXT, NOT_A_COMMAND + text, add_to_output=True)
        if self._parser is None or self._hearing is None:
            raise RuntimeError("MascotClassifier is not trained")
        doc = message.get(SPACY_DOC)
        found = lexicon.entities_of(doc) if doc is not None else []
        if text.lstrip().startswith("/") and live:
            parse = Parse(text, FALLBACK, 1.0, True, [], found, "command")
        elif live and tracker is not None and asks_for_review(text, message.get(METADATA), tracker):
            parse = Parse(text, REVIEW_COPY, 1.0, False, [(REVIEW_COPY, 1.0)], [], "context")
        elif live and tracker is not None and names_column(text, message.get(METADATA), tracker):
            parse = Parse(text, COLUMN, 1.0, False, [(COLUMN, 1.0)], found, "context")
        else:
            parse = self._hearing.read(self._parser.parse(text, found), tracker if live else None)
            if parse.intent == STOP and live:
                parse = self._hearing.and_asks(parse, tracker)
        if live and tracker is not None and parse.reason != "command":
            parse = called(parse, tracker, message.get(METADATA))
        compared = bearings.between(parse.intent, (str(e["value"]) for e in parse.entities if e["entity"] == "product"))
        parse = replace(parse, intent=compared)
        if parse.intent == "verify_official":
            # Compared here, on the text as it was typed: what is stored has telephone numbers masked.
            parse = replace(parse, entities=[*parse.entities, of_message("official", check(text, self._institution), text)])
        self._write(message, parse)

    def _command(self, text: str, tracker: DialogueStateTracker | None) -> Command | None:
        before = given(tracker)
        asked = own_questions(tracker, in_order="第" in text or not any(c.isdigit() for c in text))[:COUNTED]
        counted = [{"title": self._labels.beside(label) or label, "payload": f"/{label}"} for label in asked]
        earlier = before.rows if text.strip().startswith("/") else [before.ending]
        latest = before.rows[-1] if before.rows else []
        if last_response(tracker).startswith(PREFIX) and _LETTER.search(text.strip()):
            latest = []  # 「我选A」 after a small question answers it; no button is meant
        steps = numbered(before.texts(2)) if last_response(tracker).startswith(f"utter_{FAQ}") else 0
        return choose(text, latest, earlier, counted, steps)

    def _write_command(self, message: Message, command: Command) -> bool:
        known = self._parser.model.labels if self._parser else []
        base = command.label.split("/")[0]
        if command.label not in known and command.label not in {label.split("/")[0] for label in known}:
            return False
        if "/" not in command.label and any(label.startswith(f"{base}/") for label in known):
            return False  # a bare `/faq` names no topic
        found = [of_message(k, v, command.title) for k, v in command.entities.items()]
        message.set(TEXT, command.title or NOT_A_COMMAND + command.label, add_to_output=True)
        self._write(message, Parse(command.title, command.label, 1.0, False, [(command.label, 1.0)], found, "button"))
        return True

    def _write(self, message: Message, parse: Parse) -> None:
        base, _, topic = parse.intent.partition("/")
        intent = {"name": base, "confidence": parse.confidence, "reason": parse.reason, "also": list(parse.also)}
        ranking = [{"name": label, "confidence": p} for label, p in parse.top]
        if parse.intent == FALLBACK:
            ranking.insert(0, {"name": FALLBACK, "confidence": parse.confidence})
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        message.set(ENTITIES, parse.entities, add_to_output=True)
        selector: dict[str, Any] = {"all_retrieval_intents": self._retrieval_intents()}
        if topic:
            selector[base] = {
                "response": {
                    "intent_response_key": parse.intent,
                    "utter_action": f"utter_{parse.intent}",
                    "confidence": parse.confidence,
                    "responses": [],
                },
                "ranking": [{"intent_response_key": n, "confidence": p} for n, p in parse.top if n.startswith(f"{base}/")],
            }
        message.set(RESPONSE_SELECTOR, selector, add_to_output=True)

    def _retrieval_intents(self) -> list[str]:
        labels: Sequence[str] = self._parser.model.labels if self._parser else []
        return sorted({label.split("/")[0] for label in labels if "/" in label})

