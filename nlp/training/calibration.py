"""Probabilities that mean what they say: scores divided by the temperature that fits held-out text best."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_LOWEST, _HIGHEST = -4.0, 4.0  # of the logarithm of a temperature
_GOLDEN = (np.sqrt(5) - 1) / 2


def best_temperature(loss: Callable[[float], float], guess: float = 1.0, rounds: int = 40) -> float:
    """The temperature with the least loss on held-out text, near a first guess, rounded to four digits.

    Source: Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks", §4.2; searched by
            golden sections (Kiefer 1953) in its logarithm
    """

    def lost(logarithm: float) -> float:
        return loss(guess * float(np.exp(logarithm)))

    low, high = _LOWEST, _HIGHEST
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    of_left, of_right = lost(left), lost(right)
    for _ in range(rounds):
        if of_left <= of_right:
            high, right, of_right = right, left, of_left
            left = high - _GOLDEN * (high - low)
            of_left = lost(left)
        else:
            low, left, of_left = left, right, of_right
            right = low + _GOLDEN * (high - low)
            of_right = lost(right)
    return float(f"{guess * np.exp((low + high) / 2):.4g}")
