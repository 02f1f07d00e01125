"""The models that --mix names: mixed into another one, to score, to generate and to fill gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cli.jobs.language_models import chosen_language_model
from nlp.decoding.mixed_predictor import MixedPredictor
from nlp.errors import ModelError
from nlp.text.vocabulary import CHARACTERS, SUBWORDS, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.decoding.predictor import Predictor

AUTO = "auto"


@dataclass(frozen=True)
class Mixing:
    """The models that --mix names, and the weight of each; None where it is to be found from the text."""

    paths: Sequence[str]
    weights: Sequence[float | None]

    @classmethod
    def parsed(cls, mix: Sequence[str]) -> Mixing:
        """What the user wrote as MODEL:WEIGHT. Raises: UsageError."""
        paths, weights = [], []
        for one in mix:
            path, _, weight = one.rpartition(":")
            if not path:
                raise click.UsageError(f"--mix {one}: expected MODEL:WEIGHT, such as book.ngrams:0.3")
            paths.append(path)
            weights.append(None if weight == AUTO else _share(one, weight))
        if sum(weight or 0 for weight in weights) > 1 + 1e-9:
            raise click.UsageError(
                "the weights of --mix add up to more than 1; that of -m is what they leave"
            )
        return cls(paths, weights)

    def opened(self, level: str) -> list[Predictor]:
        """Load the models. Raises: ModelError for one whose `level` is another."""
        predictors = [chosen_language_model(path) for path in self.paths]
        for path, predictor in zip(self.paths, predictors, strict=True):
            found = predictor.vocabulary.level
            if found != level:
                message = f"{path}: it reads {_name(found)}, the model of -m {_name(level)}; they do not mix"
                raise ModelError(message)
        return predictors

    def predictor(self, path: str | None) -> Predictor:
        """The model that the user named, mixed with these if there are any.

        Raises: UsageError without a path, or for a weight that is not a number; ModelError
        """
        predictor = chosen_language_model(path)
        if not self.paths:
            return predictor
        if self.is_open:
            raise click.UsageError(
                f"--mix with the weight {AUTO} wants a text; nlptool score tells the best weight for one"
            )
        return MixedPredictor([predictor, *self.opened(predictor.vocabulary.level)], self.fixed)

    @property
    def is_open(self) -> bool:
        """Whether some weight is `auto`: to be found from the text."""
        return None in self.weights

    @property
    def fixed(self) -> list[float]:
        """All weights, that of -m first, which gets what the others leave; `auto` counts as 0."""
        given = [weight or 0.0 for weight in self.weights]
        return [max(0.0, 1 - sum(given)), *given]


def _share(option: str, weight: str) -> float:
    try:
        share = float(weight)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise click.UsageError(f"--mix {option}: the weight is a number from 0 to 1, or {AUTO}")
    return share


def _name(level: str) -> str:
    return {CHARACTERS: "characters", WORDS: "words", SUBWORDS: "pieces of words"}[level]
