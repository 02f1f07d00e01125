"""The six losses by loops over single predictions: the equations read aloud, and slow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from nlp.word2vec.huffman import HuffmanTree

    Array = npt.NDArray[np.floating[Any]]


class Prediction(NamedTuple):
    """One word predicted from one vector: its weight, the vector, the word, and the center's place."""

    weight: float
    vector: Array
    word: int
    center: int


def contexts(
    center: int, window: int, sentences: Sequence[int], width: int | None = None
) -> Iterator[tuple[int, float]]:
    """Places around a center, in its sentence, and the weight of each; the center is at `center + window`.

    With a `width` that was drawn all within it weigh 1.
    """
    at = center + window
    for place in range(at - window, at + window + 1):
        distance = abs(place - at)
        if distance and sentences[place] == sentences[at]:
            expected = (window - distance + 1) / window
            yield place, expected if width is None else float(distance <= width)


def predictions(
    inputs: Array,
    tokens: Sequence[int],
    sentences: Sequence[int],
    window: int,
    widths: Sequence[int] | None,
) -> Iterator[Prediction]:
    """Every prediction of a chunk: from each context, or, where widths were drawn, from their mean."""
    for center in range(len(tokens) - 2 * window):
        word = tokens[center + window]
        width = None if widths is None else widths[center]
        around = list(contexts(center, window, sentences, width))
        if widths is None:
            for place, weight in around:
                yield Prediction(weight, inputs[tokens[place]], word, center)
        elif around:
            total = sum(weight for _, weight in around)
            weighted = [weight / total * inputs[tokens[place]] for place, weight in around]
            yield Prediction(1.0, np.sum(weighted, axis=0), word, center)


def minus_log_sigmoid(z: float) -> float:
    return math.log1p(math.exp(-z))


def hierarchical(x: Array, word: int, outputs: Array, tree: HuffmanTree) -> float:
    path = range(tree.first[word], tree.first[word + 1])
    return sum(minus_log_sigmoid(float(tree.signs[n]) * float(x @ outputs[tree.nodes[n]])) for n in path)


def full(x: Array, word: int, outputs: Array) -> float:
    return math.log(sum(math.exp(float(x @ u)) for u in outputs)) - float(x @ outputs[word])


def true_word(x: Array, word: int, outputs: Array) -> float:
    return minus_log_sigmoid(float(x @ outputs[word]))


def noise(x: Array, outputs: Array, negatives: Mapping[int, float]) -> float:
    """`negatives`: the weight of each."""
    return sum(weight * minus_log_sigmoid(-float(x @ outputs[v])) for v, weight in negatives.items())
