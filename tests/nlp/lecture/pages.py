"""What the tests of pages share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.lecture import TOPICS
from nlp.lecture.numbers import values_of


def steps_of(topic: str, **given: Any) -> list[dict[str, npt.NDArray[Any]]]:
    """The values of each step of a page."""
    page = TOPICS[topic].page(values_of(TOPICS[topic], given))
    return [dict(step.values) for step in page]


def softmax(z: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """By its definition."""
    P: npt.NDArray[Any] = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    return P


def sigmoid(z: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """By its definition."""
    y: npt.NDArray[Any] = 1 / (1 + np.exp(-z))
    return y
