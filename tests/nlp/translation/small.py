"""Small translation models: letters become other letters, in the opposite order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nlp.training.loop import train
from nlp.translation.config import TranslationConfig
from nlp.translation.pairs import Pair
from nlp.translation.training import TranslationTraining, translation_training

if TYPE_CHECKING:
    from nlp.translation.translator import Translator

CONFIG = TranslationConfig(
    hidden=6, subword_vocab=8, epochs=2, batch_size=40, optimizer="adam", lr=0.02, dropout=0.1
)
FORMS = {
    "gru": CONFIG,
    "lstm": replace(CONFIG, cell="lstm", share=True, shards=3, clip=0.0),
    "muon": replace(CONFIG, optimizer="muon", lr=0.1),
    "transformer": replace(CONFIG, cell="transformer", hidden=8, layers=2, heads=2, ffn=5),
    "additive": replace(CONFIG, attention="additive", cell="lstm", shards=1),
    "none": replace(CONFIG, attention="none", shards=1, label_smoothing=0.0),
}


def pairs(count: int, seed: int = 1) -> list[Pair]:
    """Words of few letters; their targets are in capitals, from the last word to the first."""
    generator = np.random.default_rng(seed)
    words = ["ab", "cd", "ba", "dca", "abc"]
    sources = [[words[n] for n in generator.integers(0, 5, 1 + k % 4)] for k in range(count)]
    return [Pair(" ".join(some), " ".join(reversed(some)).upper()) for some in sources]


def training(form: str, *, valid: bool = True, count: int = 40) -> TranslationTraining:
    """So many pairs, ready to be learnt."""
    return translation_training(pairs(count), FORMS[form], valid=pairs(12, 2) if valid else None)


def translator(form: str) -> Translator:
    """A model of it."""
    made = training(form, valid=False)
    train(made.learner)
    return made.translator
