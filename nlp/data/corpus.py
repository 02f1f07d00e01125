"""A corpus as numbers on disk: a text of any length is read once, and every epoch reads the file instead.

The file is a flat sequence of int32, numbers of a vocabulary. That of a language model has every token of the
text, line ends included, and `<unk>` for those that it lacks. For word vectors, words that the vocabulary
lacks are dropped, and `SENTENCE_END` stands behind each sentence that has words left.

Memory is bounded by the number of distinct tokens, never by the length of the text or of a line; where the
size of the vocabulary is limited, by a multiple of that limit.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from nlp.data.numbering import AT_ONCE, CodePoints, Numbering
from nlp.data.subword_numbering import WordNumbers
from nlp.layers.arrays import Ids
from nlp.storage.columns import StoredColumn
from nlp.storage.temporary import UnnamedFile
from nlp.text.byte_pairs import BytePairs
from nlp.text.counting import CAPACITY_FACTOR, MIN_CAPACITY
from nlp.text.vocabulary import CHARACTERS, DROPPED, SENTENCE_END, SUBWORDS, Vocabulary

_BYTES = 4  # of an int32


@dataclass(frozen=True)
class Selection:
    """Which words of a text are kept.

    Attributes: `known`, words that are kept however rare, special tokens among them, with counts to which
    those of the text are added; `min_count`, how often any other must occur; `max_vocab`, how many words are
    kept at most, the most frequent; `is_closed`, whether only the known words are kept, with their numbers;
    `capacity`, how many types may be in memory while the text is read, the rarest being forgotten (None: all,
    or some multiple of those that are kept at most).
    """

    known: Vocabulary
    min_count: int = 1
    max_vocab: int | None = None
    is_closed: bool = False
    capacity: int | None = None

    @property
    def most_types(self) -> int | None:
        """How many types may be held in memory while a text is read (None: all)."""
        if self.capacity is not None:
            return self.capacity
        if self.is_closed:
            return MIN_CAPACITY
        return None if self.max_vocab is None else max(CAPACITY_FACTOR * self.max_vocab, MIN_CAPACITY)

    def vocabulary(self, counts: dict[str, int]) -> Vocabulary:
        """The words that are kept, numbered by falling count."""
        if self.is_closed:
            return self.known
        known = dict(zip(self.known.words, self.known.counts, strict=True))
        room = None if self.max_vocab is None else max(self.max_vocab - len(known), 0)
        new = {word: count for word, count in counts.items() if word not in known}
        kept = Vocabulary.from_counts(new, self.min_count, room)
        if not known:
            return kept
        together = dict(zip(kept.words, kept.counts, strict=True))
        together |= {word: count + counts.get(word, 0) for word, count in known.items()}
        if self.known.level or any(self.known.counts):
            return Vocabulary.from_counts(together, min_count=0, level=self.known.level)
        return _in_their_order(self.known.words, together)


def _in_their_order(known: Sequence[str], counts: dict[str, int]) -> Vocabulary:
    """Words by falling count; of equal counts the known ones come first, in their order, then by token.

    Words without counts, those of other tools' vectors, are usually listed by how frequent they are.
    """
    place = {word: number for number, word in enumerate(known)}
    words = sorted(counts, key=lambda word: (-counts[word], place.get(word, len(known)), word))
    return Vocabulary(words, [counts[word] for word in words])


@dataclass(frozen=True)
class Corpus:
    """An encoded text.

    Attributes: `vocabulary`, whose numbers the file holds; `occurrences` (V,) of each of its words in the
    file; `words_seen`, how many tokens the text had, line ends apart, before some were dropped; `sha256` of
    the text in UTF-8, in hex.
    """

    vocabulary: Vocabulary
    occurrences: npt.NDArray[np.int64]
    words_seen: int
    sha256: str
    storage: UnnamedFile

    @property
    def length(self) -> int:
        """Values in the file: tokens, and ends of sentences that are none."""
        return self.storage.size // _BYTES

    @property
    def words(self) -> int:
        """How many tokens are in the file."""
        return int(self.occurrences.sum())

    @property
    def unknown(self) -> int:
        """How many of the tokens are <unk>."""
        return int(self.occurrences[self.vocabulary.unknown])

    @property
    def types(self) -> int:
        """How many distinct tokens occur, special ones apart."""
        return int(np.count_nonzero(self.occurrences[len(self.vocabulary.special) :]))

    @property
    def has_pairs(self) -> bool:
        """Whether any sentence has two words left: then there are more words than ends of sentences."""
        return self.words > self.length - self.words

    @property
    def occurring(self) -> list[tuple[str, int]]:
        """Each word that is no special token, and how often it occurs."""
        pairs = zip(self.vocabulary.words, self.occurrences.tolist(), strict=True)
        return list(pairs)[len(self.vocabulary.special) :]

    @property
    def ids(self) -> StoredColumn:
        """The values in the file."""
        return StoredColumn(self.storage, np.int32)

    def read(self, start: int, count: int) -> Ids:
        """Values `start` to `start + count`, fewer at the end. Forked processes may read at the same time."""
        return self.ids[start : start + count]


def encode(
    blocks: Iterable[str],
    directory: str | os.PathLike[str],
    level: str = "",
    *,
    min_count: int = 1,
    max_vocab: int | None = None,
    known: Vocabulary | None = None,
    capacity: int | None = None,
    subword_vocab: int = 0,
    at_once: int = AT_ONCE,
) -> Corpus:
    r"""Number the tokens of a text in one pass over it.

    Tokens are separated by spaces, sentences by "\n"; empty tokens count for nothing. With the `level` of a
    language model, line ends are tokens, those of empty lines too, and with "char" every character is one;
    with "subword" pieces of words are, which are learnt from the text by joining `subword_vocab` pairs. A
    last line without its "\n" gets one. `blocks` are consecutive pieces of the text, cut anywhere but inside
    a word. `directory` takes the temporary storage, 4 bytes a token. `min_count`, `max_vocab`, `known` and
    `capacity`: see `Selection`; special tokens are known. So many tokens as `at_once` says, about, are in
    memory at a time.

    Raises: OSError if the storage cannot be written.
    """
    if level == SUBWORDS:
        return _encode_pieces(blocks, directory, subword_vocab, at_once)
    known = known or Vocabulary.from_counts({}, level=level)
    return _encode(blocks, directory, Selection(known, min_count, max_vocab, capacity=capacity), at_once)


def encode_by(
    blocks: Iterable[str],
    directory: str | os.PathLike[str],
    vocabulary: Vocabulary,
    *,
    capacity: int | None = None,
    at_once: int = AT_ONCE,
) -> Corpus:
    """Like `encode`, with the words of a model and their numbers; all others are unknown to it."""
    if vocabulary.pieces is not None:
        return _encode_pieces(blocks, directory, vocabulary, at_once)
    return _encode(blocks, directory, Selection(vocabulary, is_closed=True, capacity=capacity), at_once)


def _encode(
    blocks: Iterable[str], directory: str | os.PathLike[str], selection: Selection, at_once: int
) -> Corpus:
    digest = hashlib.sha256()
    known, storage = selection.known, UnnamedFile(directory)
    source = (
        CodePoints()
        if known.level == CHARACTERS
        else Numbering(directory, known.words, selection.most_types, at_once)
    )
    source.write(_with_last_line_end(_hashed(blocks, digest)), storage)
    counts, length = source.counts(), storage.size // _BYTES
    words_seen = length - counts.pop("\n", 0)
    vocabulary = selection.vocabulary(counts)
    occurrences = _renumber(storage, source.maps(vocabulary, length), len(vocabulary), at_once)
    if vocabulary.special and not selection.is_closed:
        vocabulary = replace(vocabulary, counts=occurrences.tolist())  # only now known of <unk>
    return Corpus(vocabulary, occurrences, words_seen, digest.hexdigest(), storage)


def _encode_pieces(
    blocks: Iterable[str], directory: str | os.PathLike[str], learnt: Vocabulary | int, at_once: int
) -> Corpus:
    """Number the pieces of words of a text: those of a vocabulary, or learnt by joining so many pairs."""
    digest, words, read = hashlib.sha256(), WordNumbers(), UnnamedFile(directory)
    words.write(_with_last_line_end(_hashed(blocks, digest)), read)
    if isinstance(learnt, int):
        pieces = BytePairs.learn(words.counts(), learnt)
        vocabulary = words.vocabulary(pieces, SUBWORDS)
    else:
        pieces, vocabulary = cast("BytePairs", learnt.pieces), learnt
    storage, occurrences = UnnamedFile(directory), np.zeros(len(vocabulary), np.int64)
    for ids in words.pieces(vocabulary, pieces, read, at_once):
        storage.append(ids.tobytes())
        occurrences += np.bincount(ids, minlength=len(vocabulary))
    tokens = int(occurrences.sum() - occurrences[vocabulary.line_end])
    return Corpus(vocabulary, occurrences, tokens, digest.hexdigest(), storage)


def _hashed(blocks: Iterable[str], digest: hashlib._Hash) -> Iterator[str]:
    """Yield `blocks`, and take the hash of their UTF-8 on the way."""
    for block in blocks:
        digest.update(block.encode("utf-8", "surrogatepass"))
        yield block


def _with_last_line_end(blocks: Iterable[str]) -> Iterator[str]:
    last = "\n"
    for block in blocks:
        last = block[-1:] or last
        yield block
    if last != "\n":
        yield "\n"


def _renumber(
    storage: UnnamedFile, maps: Iterable[tuple[int, Ids]], words: int, at_once: int
) -> npt.NDArray[np.int64]:
    """Rewrite the file in place, from provisional numbers to final ones; count them.

    An end of a sentence stays behind a word only. Writing never overtakes reading, because values are dropped
    and never added.
    """
    written, last, occurrences = 0, SENTENCE_END, np.zeros(words, np.int64)
    for ids in _final_numbers(storage, maps, at_once):
        before = np.concatenate((np.array([last], np.int32), ids[:-1]))
        kept = ids[(ids >= 0) | (before >= 0)]
        if len(kept):
            last = int(kept[-1])
            storage.write(_BYTES * written, kept.tobytes())
            written += len(kept)
            occurrences += np.bincount(kept[kept >= 0], minlength=words)
    storage.truncate(_BYTES * written)
    return occurrences


def _final_numbers(storage: UnnamedFile, maps: Iterable[tuple[int, Ids]], at_once: int) -> Iterator[Ids]:
    start, column = 0, StoredColumn(storage, np.int32)
    for end, remap in maps:
        while start < end:
            count = min(at_once, end - start)
            ids = remap[column[start : start + count]]
            start += count
            yield ids[ids != DROPPED]
