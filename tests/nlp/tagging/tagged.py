"""A little tagged text: of words, of entities among words, and of entities among characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.data.labelled.schemes import SCHEMES
from nlp.tagging.config import ENTITIES, TAG, TaggerConfig
from nlp.tagging.hashing import text_hash
from nlp.tagging.tag_training import Tagged, TaggerTraining, tagger_training
from nlp.training.loop import train
from nlp.vectors.word_groups import WordGroups

if TYPE_CHECKING:
    from nlp.tagging.tagger import Tagger

_WORDS = [
    "the/D",
    "king/N",
    "of/P",
    "Rome/R",
    "saw/V",
    "a/D",
    "queen/N",
    "in/P",
    "Paris/R",
    "./.",
    "she/O",
    "ran/V",
    "to/P",
    "him/O",
    ",",
    "/,",
    "and/C",
]
_ENTITIES = [
    "the/O",
    "king/O",
    "of/O",
    "Rome/B-L",
    "saw/O",
    "New/B-L",
    "York/I-L",
    "./O",
    "Ann/B-P",
    "Lee/I-P",
    "ran/O",
    "to/O",
    "Paris/B-L",
]
_CHARACTERS = [
    "高/B-P",
    "勇/I-P",
    "，/O",
    "在/O",
    "北/B-L",
    "京/I-L",
    "大/O",
    "学/O",
    "。/O",
    "他/O",
    "去/O",
    "上/B-L",
    "海/I-L",
    "！/O",
]
TEXTS = {"tags": _WORDS, "entities": _ENTITIES, "characters": _CHARACTERS}


def sentences(kind: str, count: int = 60) -> Tagged:
    """Pieces of such a text."""
    pairs = [pair.rpartition("/")[::2] for pair in TEXTS[kind] if pair[0] != "/"]
    tokens: list[list[str]] = []
    tags: list[list[str]] = []
    for number in range(count):
        start = 0 if kind == "characters" else number % 3 + 5 * (number % 2)
        some = pairs[start : start + 6 + number % 8]
        while some[0][1].startswith("I"):
            some = some[1:]
        tokens.append([token or "," for token, _ in some])
        tags.append([tag for _, tag in some])
    return tokens, tags


def config(kind: str) -> TaggerConfig:
    """Settings for a moment of training."""
    return TaggerConfig(task=TAG if kind == "tags" else ENTITIES, bits=12, epochs=3, batch_size=40)


def groups(kind: str) -> WordGroups:
    """Two divisions of its tokens into groups, by their length, and at random."""
    tokens = sorted({token for sentence in sentences(kind)[0] for token in sentence}, key=text_hash)
    hashes = np.array(list(map(text_hash, tokens)), np.uint32)
    divided = [[len(token) for token in tokens], [text_hash(token) % 3 for token in tokens]]
    return WordGroups(hashes, np.array(divided, np.int32))


def training(
    kind: str, *, valid: bool = True, groups: WordGroups | None = None, count: int = 60
) -> TaggerTraining:
    """So many pieces of such a text, ready to be learnt."""
    scheme = None if kind == "tags" else SCHEMES["BIO"]
    held_out = sentences(kind, 7) if valid else None
    return tagger_training(sentences(kind, count), config(kind), scheme=scheme, valid=held_out, groups=groups)


def tagger(kind: str, groups: WordGroups | None = None) -> Tagger:
    """A model of it."""
    made = training(kind, valid=False, groups=groups)
    train(made.learner)
    return made.model()
