"""Numbers for the pieces of words of a text: its words are numbered first, and each is cut once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Ids
from nlp.layers.ragged import places_of
from nlp.storage.temporary import UnnamedFile
from nlp.text.byte_pairs import BytePairs, words_of
from nlp.text.vocabulary import Vocabulary

_LINE_END = 0
_LONGEST = 1 << 16  # characters without a line end or a space that are cut together
_BYTES = 4  # of an int32


class _Numbers(dict[str, int]):
    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class WordNumbers:
    """Numbers the words that pieces are learnt in, and counts them."""

    def __init__(self) -> None:
        self._numbers = _Numbers({"\n": _LINE_END})
        self._counts = np.zeros(1, np.int64)

    def write(self, blocks: Iterable[str], storage: UnnamedFile) -> None:
        """Append the numbers of all words and line ends to `storage`, as int32, and count them."""
        number = self._numbers.__getitem__
        for words in _words(blocks):
            ids = np.fromiter(map(number, words), np.int32, len(words))
            storage.append(ids.tobytes())
            sums = np.bincount(ids, minlength=len(self._numbers))
            sums[: len(self._counts)] += self._counts
            self._counts = sums

    def counts(self) -> dict[str, int]:
        """How often each word occurs."""
        counts = dict(zip(self._numbers, self._counts.tolist(), strict=True))
        del counts["\n"]
        return counts

    def vocabulary(self, pieces: BytePairs, level: str) -> Vocabulary:
        """All pieces, by how often they occur in the text."""
        sums = np.zeros(len(pieces), np.int64)
        for word, count in self.counts().items():
            np.add.at(sums, pieces.of_word(word), count)
        counts = dict(zip(pieces.names, sums.tolist(), strict=True))
        line_end = "\n"
        counts[line_end] = int(self._counts[_LINE_END])
        return Vocabulary.from_counts(counts, 0, level=level, pieces=pieces)

    def pieces(
        self, vocabulary: Vocabulary, pieces: BytePairs, storage: UnnamedFile, at_once: int
    ) -> Iterator[Ids]:
        """Yield the numbers of the pieces of the words in `storage`, some words at a time."""
        of_piece = np.array(vocabulary.numbers(pieces.names), np.int32)
        spelt: list[npt.NDArray[np.int32]] = [np.array([vocabulary.line_end], np.int32)]
        spelt += (of_piece[[*pieces.of_word(word)]] for word in list(self._numbers)[1:])
        lengths = np.array([len(one) for one in spelt], np.int64)
        table, starts = np.concatenate(spelt), np.cumsum(lengths) - lengths
        for start in range(0, storage.size, _BYTES * at_once):
            count = min(_BYTES * at_once, storage.size - start)
            words = np.frombuffer(storage.read(start, count), np.int32)
            yield table[places_of(starts[words], lengths[words])]


def _words(blocks: Iterable[str]) -> Iterator[list[str]]:
    r"""The words of a text, and a "\n" behind those of each line; blocks are cut anywhere.

    A line without end is cut before a space, where a word begins in any case, or else where it gets too long.
    """
    waiting, goes_on = "", False
    for block in blocks:
        *lines, waiting = (waiting + block).split("\n")
        words: list[str] = []
        for line in lines:
            words += words_of(line, goes_on=goes_on) if line or not goes_on else []
            words.append("\n")
            goes_on = False
        if len(waiting) > _LONGEST:
            end = waiting.rfind(" ")
            end = end if end > 0 else len(waiting)
            words += words_of(waiting[:end], goes_on=goes_on)
            waiting, goes_on = waiting[end:], True
        if words:
            yield words
    if waiting:
        yield words_of(waiting, goes_on=goes_on)
