"""How a predictor reads a text: which tokens it is, and so many at a time that memory stays bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp.decoding.predictor import Predictor
from nlp.layers.arrays import Floats, Ids
from nlp.text.vocabulary import CHARACTERS, Vocabulary

_MAX_STRETCH = 8192
_MIN_STRETCH = 64
_MAX_SCORES = 1 << 23  # a stretch times the vocabulary: 32 MB of float32


def pieces_of(vocabulary: Vocabulary, text: str) -> Sequence[str]:
    r"""The tokens of `text`, which may hold several lines: between words, "\n" is the line end."""
    if vocabulary.level == CHARACTERS or "\n" not in text:
        return vocabulary.split(text)
    line_end = vocabulary.words[vocabulary.line_end]
    first, *others = map(vocabulary.split, text.split("\n"))
    pieces = list(first)
    for line in others:
        pieces += [line_end, *line]
    return pieces


def stretch_length(predictor: Predictor) -> int:
    """How many tokens a predictor is asked to read at once.

    A network scores the whole vocabulary for each of them; what is cut freely looks up the tokens alone.
    """
    if getattr(predictor, "is_cut_freely", False):
        return _MAX_STRETCH
    return max(_MIN_STRETCH, min(_MAX_STRETCH, _MAX_SCORES // len(predictor.vocabulary)))


def read_prompt(predictor: Predictor, prompt: Sequence[int]) -> tuple[Any, Floats]:
    """A state of one text that has read `prompt`, and log P(next) in nats.

    Shapes: prompt (N,), perhaps empty -> (V,), valid until the next call of `predictor`
    """
    state = predictor.start(1)
    stream: Ids = np.array([predictor.vocabulary.line_end, *prompt], np.int32)
    length = stretch_length(predictor)
    for start in range(0, len(prompt), length):
        end = min(start + length, len(prompt))
        predictor.score(state, stream[start:end], stream[start + 1 : end + 1])
    return state, predictor.advance(state, stream[-1:])[0]
