"""A trained network with more tokens: those that it knew stay as they were, new ones begin as `<unk>`."""

from __future__ import annotations

import math

import numpy as np

from nlp.networks.network import Network
from nlp.text.vocabulary import Vocabulary


def grow_from_(network: Network, vocabulary: Vocabulary, earlier: Network, known: Vocabulary) -> None:
    """Overwrite a network by an earlier one that lacks some of the tokens, whose order may be another.

    What the earlier network did with `<unk>` it does with each of the n new tokens, and its probability of
    `<unk>` is shared evenly by them and `<unk>` itself; nothing else is changed.

    Equation: P(v | h) = P(<unk> | h, earlier) / (n + 1)   for a new token v, and for <unk>
    Raises:   ValueError for adaptive softmax, whose tensors are of clusters of tokens
    """
    if network.config.softmax != "full":
        raise ValueError("clusters of tokens do not grow")
    origin = np.array(known.numbers(vocabulary.words), np.intp)
    came_of_unknown = origin == known.unknown
    new, old = network.parameters, earlier.parameters
    of_tokens = {"E", *network.head.shapes()}  # with a row for each
    for name in new.shapes:
        new[name][...] = old[name][origin] if name in of_tokens else old[name]
    new["output.b"][came_of_unknown] -= math.log(np.count_nonzero(came_of_unknown))
    new.averages[...] = old.averages
