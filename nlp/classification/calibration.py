"""Probabilities that mean what they say: scores divided by the temperature that fits held-out texts best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.classification.losses import Loss
from nlp.layers.arrays import Floats

_LOWEST, _HIGHEST = -4.0, 4.0  # of the logarithm of a temperature
_GOLDEN = (np.sqrt(5) - 1) / 2
_ROUNDS = 40


def best_temperature(loss: Loss, parts: Sequence[tuple[Floats, Floats]]) -> float:
    """The temperature whose probabilities lose least on texts, given as their scores and labels.

    Source: Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks", §4.2; searched by
            golden sections (Kiefer 1953) in its logarithm
    """

    def lost(logarithm: float) -> float:
        rate = np.float32(np.exp(-logarithm))
        return sum(loss.loss_and_grad(scores * rate, targets)[0] for scores, targets in parts)

    low, high = _LOWEST, _HIGHEST
    for _ in range(_ROUNDS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if lost(left) <= lost(right):
            high = right
        else:
            low = left
    return round(float(np.exp((low + high) / 2)), 4)
