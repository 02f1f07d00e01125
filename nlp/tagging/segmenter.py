"""Words cut out of runs of characters, many runs at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nlp.data.sentence_batches import batch_bounds
from nlp.layers.arrays import Indices
from nlp.layers.ragged import places_of
from nlp.tagging.accessor_variety import AccessorVariety
from nlp.tagging.character_features import word_features
from nlp.tagging.characters import Codes, codes, flat, lengths_of
from nlp.tagging.few_labels import best_of_few
from nlp.tagging.hashing import Hashes
from nlp.tagging.labels import Chain
from nlp.tagging.lattice import lattice_of
from nlp.tagging.lexicon import Lexicon, Longest
from nlp.tagging.packed import PackedWeights, Sums
from nlp.tagging.whole_tokens import WholeTokens
from nlp.text.tokenize import Tokenizer

Flags = npt.NDArray[np.bool_]

AT_A_TIME = 100_000
"""Characters: as many as the processor's caches hold, with all that is made of them."""
_SPACE, _LINE_END = np.uint32(0x20), "\n"


@dataclass(frozen=True)
class Segmenter:
    """A trained model that tells where words end.

    Attributes: `scores`, `transitions` (L, L) and `chain` of the labels BMES or BCDMES; `metadata`, what its
    file tells of it.
    """

    scores: WordScores
    transitions: npt.NDArray[np.int32]
    chain: Chain
    metadata: dict[str, Any] = field(default_factory=dict)

    def ends(self, units: Sequence[str]) -> Flags:
        """Whether a word ends after each character of the units, one unit after another.

        What is found in a unit depends on that unit alone.
        """
        found = [self._ends(units[first:last]) for first, last in pairwise(bounds_of(units))]
        return np.concatenate(found) if found else np.zeros(0, np.bool_)

    def _ends(self, units: Sequence[str]) -> Flags:
        lengths = lengths_of(units)
        sums, starts = self.scores.sums(units)
        filled = lengths > 0
        lattice = lattice_of(starts[filled], lengths[filled])
        scores = np.ascontiguousarray(sums.take(lattice.places, axis=0).T.astype(np.int32))
        labels = best_of_few(scores, self.transitions, self.chain, lattice)
        ends = np.zeros(len(sums), np.bool_)
        places, last = lattice.places, self.chain.last[labels]
        if lattice.kept is not None:
            places, last = places[lattice.kept], last[lattice.kept]
        ends[places] = last
        return ends.take(places_of(starts, lengths))


@dataclass(frozen=True)
class WordScores:
    """The scores of labels of characters: sums of the weights of all features of a character.

    Attributes: `weights`; `lexicon` of the words that they were trained with; `variety`, what unlabelled text
    told of strings, if there was any.
    """

    weights: PackedWeights
    lexicon: Lexicon
    variety: AccessorVariety | None = None

    def sums(self, units: Sequence[str]) -> tuple[Sums, Indices]:
        """The sums at all places, padding included, and where each unit begins there."""
        text = flat(codes("".join(units)), lengths_of(units))
        longest = self.lexicon.longest(text.symbols)
        found = templates(text.symbols, longest, self.variety, self.weights.bits)
        return self.weights.sums(found), text.starts


def templates(
    symbols: Codes, longest: Longest, variety: AccessorVariety | None, bits: int
) -> Iterator[Hashes]:
    """Yield the buckets of all templates for words."""
    yield from word_features(symbols, longest, bits)
    if variety:
        yield from variety.features(symbols, bits)


def bounds_of(units: Sequence[Sequence[str]]) -> list[int]:
    """Where those begin that are done together."""
    return batch_bounds(lengths_of(units), AT_A_TIME)


class WordEnds(Protocol):
    """What tells where words end: a `Segmenter`, or a network."""

    def ends(self, units: Sequence[str]) -> Flags:
        """Whether a word ends after each character of the units, one unit after another."""


def spacing(segmenter: WordEnds, words: Tokenizer) -> Callable[[Sequence[str]], list[str]]:
    """A function that puts a space between the words of each unit, which has no white space in it.

    `words` tells which tokens the segmenter may not cut: see `WholeTokens`.
    """
    whole = WholeTokens(words)

    def spaced(units: Sequence[str]) -> list[str]:
        found: list[str] = []
        for first, last in pairwise(bounds_of(units)):
            found += _spaced(segmenter, whole, units[first:last])
        return found

    return spaced


def _spaced(segmenter: WordEnds, whole: WholeTokens, units: Sequence[str]) -> list[str]:
    ends = segmenter.ends(units)
    text = "".join(units)
    lengths = lengths_of(units)
    unit_ends = np.cumsum(lengths) - 1
    whole.keep_(ends, text, unit_ends)
    ends[unit_ends] = True
    characters = codes(text)
    places = np.arange(len(characters)) + np.cumsum(ends) - ends
    out = np.full(len(characters) + int(np.count_nonzero(ends)), _SPACE, np.uint32)
    out[places] = characters
    out[places[unit_ends] + 1] = ord(_LINE_END)
    return out.tobytes().decode("utf-32-le", "surrogatepass").split(_LINE_END)[:-1]
