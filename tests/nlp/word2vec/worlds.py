"""A text of two subjects that are never mixed: what words are about must show in their vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.data.corpus import Corpus, encode
from tests.files import TMP

if TYPE_CHECKING:
    from collections.abc import Sequence

ANIMALS = ("cat", "dog", "cow", "hen", "fox")
SHIPS = ("mast", "sail", "deck", "helm", "keel")


def two_worlds(one: Sequence[str] = ANIMALS, other: Sequence[str] = SHIPS) -> Corpus:
    """400 lines; within a line any word of its world may follow any other."""
    rng = np.random.default_rng(0)
    return encode([" ".join(rng.choice((one, other)[i % 2], 8)) + "\n" for i in range(400)], TMP)
