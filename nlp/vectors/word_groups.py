"""Words that lie together in a space of word vectors, so that what is learnt of one is known of all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Ids
from nlp.storage.model_file import ModelFile
from nlp.vectors.clustering import k_means
from nlp.vectors.word_vectors import WordVectors

Hashes = npt.NDArray[np.uint32]

SIZES = (50, 200, 1000)
"""Groups of each division, from a coarse one to a fine one."""

_ROUNDS = 10  # of moving the centres: more change few words, and no score
_MULTIPLIER = np.uint32(0x9E3779B1)


@dataclass(frozen=True)
class WordGroups:
    """Divisions of V words into groups.

    Attributes: `hashes` (V,), those of the words, rising; `groups` (G, V), the group of each word in each of
    G divisions, or -1 where it is in none.
    """

    hashes: Hashes
    groups: Ids

    @property
    def sha256(self) -> str:
        """The SHA-256 of all of it, which what is trained with it depends on."""
        return hashlib.sha256(self.hashes.tobytes() + self.groups.tobytes()).hexdigest()

    @property
    def size(self) -> int:
        """Bytes that a model has of them."""
        return sum(array.nbytes for array in group_arrays(self).values())

    def numbers(self, division: int, hashes: Hashes) -> Hashes:
        """The group of each word, from 1 on; 0 where it is in none.

        Shapes: (N,) -> (N,)
        """
        places = np.searchsorted(self.hashes, hashes)
        np.minimum(places, len(self.hashes) - 1, out=places)
        found = self.groups[division].take(places).astype(np.uint32) + np.uint32(1)
        return np.where(self.hashes.take(places) == hashes, found, np.uint32(0))

    def of(self, division: int, hashes: Hashes) -> Hashes:
        """A hash of the group of each word; that of the word where it is in none.

        Shapes: (N,) -> (N,)
        """
        numbers = self.numbers(division, hashes)
        return np.where(numbers > 0, numbers * _MULTIPLIER, hashes)

    def with_division(self, hashes: Hashes, groups: Ids) -> WordGroups:
        """These and one more division, of the words of rising `hashes` (U,) into `groups` (U,)."""
        every = np.union1d(self.hashes, hashes)
        divided = np.full((len(self.groups) + 1, len(every)), -1, np.int32)
        divided[:-1, np.searchsorted(every, self.hashes)] = self.groups
        divided[-1, np.searchsorted(every, hashes)] = groups
        return WordGroups(every, divided)


def word_groups(
    vectors: WordVectors,
    seed: int,
    sizes: Sequence[int] = SIZES,
    most: int = 30_000,
    watch: Callable[[int, int], None] = lambda *_: None,
) -> WordGroups:
    """Divide the `most` frequent words into groups by k-means on the sphere, once for each of the sizes.

    Source: clusters as features are those of Miller, Guinness & Zamanian 2004, "Name tagging with word
            clusters and discriminative training"; Lin & Wu 2009, "Phrase clustering for discriminative
            learning", have them by k-means
    """
    words = vectors.words[:most]
    of_words = (crc32(word.encode("utf-8", "surrogatepass")) for word in words)
    hashes = np.fromiter(of_words, np.uint32, len(words))
    rows = vectors.unit[: len(words)]
    found = [k_means(rows, size, seed, rounds=_ROUNDS, watch=watch).numbers for size in sizes]
    order = np.unique(hashes, return_index=True)[1]
    return WordGroups(hashes[order], np.stack(found)[:, order])


def group_arrays(groups: WordGroups | None) -> dict[str, npt.NDArray[Any]]:
    """What a model file keeps of the groups, if there are any."""
    if groups is None:
        return {}
    return {"group_words": groups.hashes.astype(np.int64), "groups": groups.groups}


def read_word_groups(file: ModelFile) -> WordGroups | None:
    """The groups that `group_arrays` told of, if the model has some. Raises: ModelError."""
    if "groups" not in file.metadata["arrays"]:
        return None
    hashes, groups = file.array("group_words"), file.array("groups")
    if hashes.dtype != np.int64 or groups.dtype != np.int32 or not len(hashes):
        raise file.unusable("its groups of words are none")
    if groups.ndim != 2 or groups.shape[1:] != hashes.shape or (hashes[1:] <= hashes[:-1]).any():
        raise file.unusable("its groups are not those of its words")
    if not 0 <= hashes.min() <= hashes.max() < 1 << 32:
        raise file.unusable("its words are no hashes")
    return WordGroups(hashes.astype(np.uint32), groups)
