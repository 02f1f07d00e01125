"""A little segmented text, in which pairs of characters are words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.tagging.config import SEGMENT, TaggerConfig
from nlp.tagging.segment_training import SegmenterTraining, segmenter_training
from nlp.training.loop import train

if TYPE_CHECKING:
    from nlp.tagging.segmenter import Segmenter

VOCABULARY = ["我", "爱", "自然", "语言", "处理", "北京", "天安门", "２００８", "年", "，", "。", "奥运会"]
CONFIG = TaggerConfig(task=SEGMENT, bits=14, epochs=2, batch_size=40)


def sentences(count: int, seed: int = 1) -> list[list[str]]:
    """Words drawn at random."""
    numbers = np.random.default_rng(seed)
    return [
        [VOCABULARY[word] for word in numbers.integers(0, len(VOCABULARY), numbers.integers(1, 12))]
        for _ in range(count)
    ]


def training(*, valid: bool = True, config: TaggerConfig = CONFIG, count: int = 60) -> SegmenterTraining:
    """So many such sentences, ready to be learnt."""
    return segmenter_training(sentences(count), config, valid=sentences(9, seed=2) if valid else None)


def segmenter() -> Segmenter:
    """A model of it."""
    made = training(valid=False)
    train(made.learner)
    return made.model()
