"""A corpus as numbers on disk: a text of any length is read once, and every epoch reads the file instead.

The file is a flat sequence of int32: the number of a token in the vocabulary, or `SENTENCE_END`. Memory is
bounded by the number of distinct tokens, never by the length of the text or of a line; where the size of the
vocabulary is limited, by a multiple of that limit.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.data.numbering import FORGOTTEN, Numbering
from nlp.layers.arrays import Ids
from nlp.storage.temporary import UnnamedFile
from nlp.text.counting import CAPACITY_FACTOR, MIN_CAPACITY
from nlp.text.token_lists import split_blocks
from nlp.text.vocabulary import Vocabulary

NO_WORDS = Vocabulary((), ())

SENTENCE_END = -1
"""Stands between two sentences; never twice in a row, never at the very start."""

_BATCH_TOKENS = 1 << 18
_BYTES = 4  # of an int32


@dataclass(frozen=True)
class Selection:
    """Which words of a text are kept.

    Attributes: `min_count`, how often a word must occur; `max_size`, how many words are kept at most, the
    most frequent; `known`, words that are kept however rare, with counts to which those of the text are
    added; `is_closed`, whether only the known words are kept, with their numbers.
    """

    min_count: int = 1
    max_size: int | None = None
    known: Vocabulary = NO_WORDS
    is_closed: bool = False

    @property
    def capacity(self) -> int | None:
        """How many types may be held in memory while a text is read (None: all)."""
        if self.is_closed:
            return MIN_CAPACITY
        return None if self.max_size is None else max(CAPACITY_FACTOR * self.max_size, MIN_CAPACITY)

    def vocabulary(self, counts: dict[str, int]) -> Vocabulary:
        """The words that are kept, numbered by falling count."""
        if self.is_closed:
            return self.known
        room = None if self.max_size is None else max(self.max_size - len(self.known), 0)
        new = {word: count for word, count in counts.items() if word not in self.known}
        kept = Vocabulary.from_counts(new, self.min_count, room)
        if not len(self.known):
            return kept
        together = dict(zip(kept.words, kept.counts, strict=True))
        for word, count in zip(self.known.words, self.known.counts, strict=True):
            together[word] = count + counts[word]
        return Vocabulary.from_counts(together, min_count=0)


@dataclass(frozen=True)
class TokenFile:
    """An encoded corpus.

    Attributes: `vocabulary`, whose numbers the file holds; `occurrences` (V,) of each of its words in the
    file; `words`, how many are in the file; `words_seen`, how many tokens the text had before some were
    dropped; `has_pairs`, whether any sentence has two words left; `sha256` of the input, in hex, if it was
    asked for.
    """

    vocabulary: Vocabulary
    occurrences: npt.NDArray[np.int64]
    words: int
    words_seen: int
    has_pairs: bool
    sha256: str | None
    storage: UnnamedFile

    @property
    def length(self) -> int:
        """Values in the file: words, and ends of sentences."""
        return self.storage.size // _BYTES

    def read(self, start: int, count: int) -> Ids:
        """Values `start` to `start + count`, fewer at the end. Forked processes may read at the same time."""
        return read_numbers(self.storage, start, count)


def encode(
    blocks: Iterable[str],
    directory: str | os.PathLike[str],
    *,
    min_count: int = 1,
    max_size: int | None = None,
    known: Vocabulary = NO_WORDS,
    hash_input: bool = False,
) -> TokenFile:
    r"""Number the tokens of a text in one pass over it.

    Tokens are separated by spaces, sentences by "\n"; empty tokens and empty lines count for nothing.
    `blocks` are consecutive pieces of the text, cut anywhere but inside a token. `directory` takes the
    temporary storage, 4 bytes a token. `min_count`, `max_size` and `known`: see `Selection`. With
    `hash_input` the SHA-256 of the text (UTF-8) is taken on the way.

    Raises: OSError if the storage cannot be written.
    """
    digest = hashlib.sha256() if hash_input else None
    return _encode(
        split_blocks(hashed(blocks, digest)), directory, digest, Selection(min_count, max_size, known)
    )


def encode_by(
    blocks: Iterable[str],
    directory: str | os.PathLike[str],
    vocabulary: Vocabulary,
    *,
    hash_input: bool = False,
) -> TokenFile:
    """Like `encode`, with the words of a model and their numbers; all other words are dropped."""
    digest = hashlib.sha256() if hash_input else None
    selection = Selection(known=vocabulary, is_closed=True)
    return _encode(split_blocks(hashed(blocks, digest)), directory, digest, selection)


def hashed(blocks: Iterable[str], digest: hashlib._Hash | None) -> Iterator[str]:
    """Yield `blocks`, and take the hash of their UTF-8 on the way, where there is a `digest`."""
    for block in blocks:
        if digest is not None:
            digest.update(block.encode("utf-8", "surrogatepass"))
        yield block


def _encode(
    token_lists: Iterable[list[str]],
    directory: str | os.PathLike[str],
    digest: hashlib._Hash | None,
    selection: Selection,
) -> TokenFile:
    storage = UnnamedFile(directory)
    numbering = Numbering(directory, selection.known.words, selection.capacity)
    numbering.write(token_lists, storage)
    counts = numbering.counts()
    vocabulary = selection.vocabulary(counts)
    maps = numbering.final_maps(vocabulary.words, SENTENCE_END, storage.size // _BYTES)
    has_pairs = _renumber(storage, maps)
    occurrences = np.array([counts[word] for word in vocabulary.words], np.int64)
    return TokenFile(
        vocabulary=vocabulary,
        occurrences=occurrences,
        words=int(occurrences.sum()),
        words_seen=numbering.words_seen,
        has_pairs=has_pairs,
        sha256=digest.hexdigest() if digest is not None else None,
        storage=storage,
    )


def _renumber(storage: UnnamedFile, maps: Iterable[tuple[int, Ids]]) -> bool:
    """Rewrite the file in place, from provisional numbers to final ones; return `has_pairs`.

    Writing never overtakes reading, because values are dropped and never added.
    """
    written, has_pairs, last = 0, False, SENTENCE_END
    for ids in _final_numbers(storage, maps):
        before = np.concatenate((np.array([last], np.int32), ids[:-1]))
        kept, before = (values[(ids >= 0) | (before >= 0)] for values in (ids, before))
        if not len(kept):
            continue
        has_pairs = has_pairs or bool(((kept >= 0) & (before >= 0)).any())
        last = int(kept[-1])
        storage.write(_BYTES * written, kept.tobytes())
        written += len(kept)
    storage.truncate(_BYTES * written)
    return has_pairs


def _final_numbers(storage: UnnamedFile, maps: Iterable[tuple[int, Ids]]) -> Iterator[Ids]:
    start = 0
    for end, remap in maps:
        while start < end:
            count = min(_BATCH_TOKENS, end - start)
            ids = remap[read_numbers(storage, start, count)]
            start += count
            yield ids[ids != FORGOTTEN]


def read_numbers(storage: UnnamedFile, start: int, count: int) -> Ids:
    """The int32 values `start` to `start + count` of a file, fewer at its end."""
    count = max(min(count, storage.size // _BYTES - start), 0)
    return np.frombuffer(storage.read(_BYTES * start, _BYTES * count), np.int32)
