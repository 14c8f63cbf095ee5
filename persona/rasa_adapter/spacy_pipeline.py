"""Rasa's SpacyNLP without the pass over the training data.

The classifier trains on text alone and needs spaCy's document only for the entities of a live message; documents of
24,000 examples that nobody reads cost a fifth of the training time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.training_data.training_data import TrainingData

from persona.nlu import entities
from persona.nlu.text import half_width


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MODEL_LOADER, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=False,
    model_from="MascotSpacy",
)
class MascotSpacy(SpacyNLP):
    """Loads the local pipeline folder (`model:`), built when the lexicon changed, and puts its document on each message."""

    @classmethod
    def create(cls, config: dict[str, Any], *args: Any, **kwargs: Any) -> MascotSpacy:
        """Build the folder from the lexicon where it is missing or old, then load it."""
        entities.ensure(Path(config["model"]))
        loaded: MascotSpacy = super().create(config, *args, **kwargs)
        return loaded

    def process_training_data(self, training_data: TrainingData, model: SpacyModel) -> TrainingData:
        """Training reads no documents."""
        return training_data

    def _preprocess_text(self, text: str | None) -> str:
        # Full-width letters and digits are read as half-width ones; offsets stay.
        return half_width(str(super()._preprocess_text(text)))
