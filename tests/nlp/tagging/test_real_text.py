"""Taggers of real text: a part of it is enough to be far better than chance, and than a table of words."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from nlp.data.labelled.reading import read_labelled
from nlp.tagging.characters import lengths_of
from nlp.tagging.config import SEGMENT, TAG, TaggerConfig
from nlp.tagging.segment_training import segmenter_training
from nlp.tagging.tag_training import tagger_training
from nlp.training.loop import train

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.data.labelled.sentence import Sentence


def sentences(path: Path, count: int) -> list[Sentence]:
    """The first sentences of a labelled text."""
    with path.open(encoding="utf-8") as file:
        lines = ((str(path), number, line.rstrip("\n")) for number, line in enumerate(file, 1))
        _, found = read_labelled(lines)
        return list(islice((sentence for sentence in found if sentence.tokens), count))


def test_words_of_chinese_are_found(shared_data: Path) -> None:
    words = [sentence.tokens for sentence in sentences(shared_data / "zh/sxu/train.txt", 3_000)]
    made = segmenter_training(words[:2_400], TaggerConfig(task=SEGMENT, epochs=3))
    train(made.learner)
    held_out = words[2_400:]
    ends = made.model().ends(["".join(sentence) for sentence in held_out])
    correct = np.zeros(len(ends), np.bool_)
    correct[np.cumsum(lengths_of([word for sentence in held_out for word in sentence])) - 1] = True
    assert np.mean(ends == correct) > 0.95  # a word of two characters each time: 0.56


def test_parts_of_speech_are_found(shared_data: Path) -> None:
    train_on = sentences(shared_data / "en/ewt/en_ewt-ud-train.conllu", 2_500)
    held_out = sentences(shared_data / "en/ewt/en_ewt-ud-dev.conllu", 500)
    tokens, tags = ([getattr(one, name) for one in train_on] for name in ("tokens", "tags"))
    config = TaggerConfig(task=TAG, epochs=3)
    made = tagger_training((tokens, tags), replace(config, bits=18))
    train(made.learner)
    found = made.model().tags([sentence.tokens for sentence in held_out])
    right = [
        tag == other
        for one, some in zip(held_out, found, strict=True)
        for tag, other in zip(one.tags, some, strict=True)
    ]
    assert np.mean(right) > 0.9  # the most frequent tag of each word: 0.83
