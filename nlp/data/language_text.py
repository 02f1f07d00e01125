"""A text as the numbers that a language model reads, on disk: every token of it, line ends included.

Characters are handled as arrays of code points, without a Python object for each. Memory is bounded by the
number of distinct tokens, never by the length of the text or of a line.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.data.numbering import FORGOTTEN, Numbering
from nlp.data.token_file import Selection, hashed, read_numbers
from nlp.layers.arrays import Ids
from nlp.storage.temporary import UnnamedFile
from nlp.text.language_vocabulary import CHARACTERS, WORDS, LanguageVocabulary
from nlp.text.suspicion import mark_warnings, warnings_of
from nlp.text.token_lists import split_blocks
from nlp.text.vocabulary import Vocabulary

_NUMBERS_AT_ONCE = 1 << 18
_BYTES = 4  # of an int32
_CODE_POINTS = 0x110000


@dataclass(frozen=True)
class LanguageText:
    """An encoded text.

    Attributes: `vocabulary`, whose numbers it holds; `occurrences` (V,) of each of its tokens; `sha256` of
    the text in hex, where it was asked for.
    """

    vocabulary: LanguageVocabulary
    occurrences: npt.NDArray[np.int64]
    sha256: str | None
    storage: UnnamedFile

    @property
    def length(self) -> int:
        """Tokens in all."""
        return self.storage.size // _BYTES

    @property
    def unknown(self) -> int:
        """How many of the tokens are <unk>."""
        return int(self.occurrences[self.vocabulary.unknown])

    def read(self, start: int, count: int) -> Ids:
        """Tokens `start` to `start + count`, fewer at the end. Forked processes may read at the same time."""
        return read_numbers(self.storage, start, count)


def encode_language(
    blocks: Iterable[str],
    directory: str | os.PathLike[str],
    level: str,
    *,
    min_count: int = 1,
    max_vocab: int | None = None,
    hash_input: bool = False,
) -> LanguageText:
    r"""Number the tokens of a text: the line end 0, <unk> 1, then the others by falling count.

    With `level` "char" every character is a token; with "word", what spaces separate, and every "\n", that
    of an empty line too, is the token <eos>. A last line without its "\n" gets one. Tokens that occur fewer
    than `min_count` times, or for which a vocabulary of `max_vocab` in all has no room, become <unk>.
    `blocks` are consecutive pieces of the text, cut anywhere but inside a word. `directory` takes the
    temporary storage, 4 bytes a token. With `hash_input` the SHA-256 of the text (UTF-8) is taken on the way.

    Raises: OSError if the storage cannot be written.
    """
    digest = hashlib.sha256() if hash_input else None
    source = _Characters() if level == CHARACTERS else _Words(directory, Selection(max_size=max_vocab))
    storage = _stored(hashed(blocks, digest), directory, source)
    special = LanguageVocabulary.of(level, ()).tokens
    counts = {token: count for token, count in source.counts().items() if token not in special}
    room = None if max_vocab is None else max(max_vocab - len(special), 0)
    vocabulary = LanguageVocabulary.of(level, Vocabulary.from_counts(counts, min_count, room).words)
    return _numbered(storage, source, vocabulary, digest)


def encode_language_by(
    blocks: Iterable[str],
    directory: str | os.PathLike[str],
    vocabulary: LanguageVocabulary,
    *,
    hash_input: bool = False,
) -> LanguageText:
    """Like `encode_language`, with the vocabulary of a model; all other tokens become <unk>."""
    digest = hashlib.sha256() if hash_input else None
    is_char = vocabulary.level == CHARACTERS
    source = _Characters() if is_char else _Words(directory, Selection(is_closed=True), vocabulary.tokens)
    storage = _stored(hashed(blocks, digest), directory, source)
    return _numbered(storage, source, vocabulary, digest)


def advice_on_text(text: LanguageText) -> Iterator[str]:
    """Yield what is wrong with the words of a text, which are what spaces part: see `nlp.text.suspicion`."""
    if text.vocabulary.level == WORDS:
        special = LanguageVocabulary.of(WORDS, ()).tokens
        occurrences = [
            (token, count)
            for token, count in zip(text.vocabulary.tokens, text.occurrences.tolist(), strict=True)
            if token not in special
        ]
        yield from mark_warnings(occurrences)
        yield from (
            f"{warning}, or level char reads characters" if "no spaces" in warning else warning
            for warning in warnings_of(occurrences)
        )


class _Characters:
    """Characters are stored by their code points until the whole text has been read."""

    def __init__(self) -> None:
        self._counts = np.zeros(_CODE_POINTS, np.int64)

    def write(self, blocks: Iterable[str], storage: UnnamedFile) -> None:
        for block in blocks:
            data = block.encode("utf-32-le", "surrogatepass")
            counts = np.bincount(np.frombuffer(data, "<i4"))
            self._counts[: len(counts)] += counts
            storage.append(data)

    def counts(self) -> dict[str, int]:
        return {chr(code): int(self._counts[code]) for code in np.flatnonzero(self._counts)}

    def maps(self, vocabulary: LanguageVocabulary, length: int) -> Iterator[tuple[int, Ids]]:
        numbers = np.full(_CODE_POINTS, vocabulary.unknown, np.int32)
        for number, token in enumerate(vocabulary.tokens):
            if len(token) == 1:
                numbers[ord(token)] = number
        yield length, numbers


class _Words:
    """Words are stored by numbers in the order of first occurrence until the whole text has been read."""

    def __init__(
        self, directory: str | os.PathLike[str], selection: Selection, known: Sequence[str] = ()
    ) -> None:
        special = LanguageVocabulary.of(WORDS, ()).tokens
        self._numbering = Numbering(directory, (*special, *known), selection.capacity)

    def write(self, blocks: Iterable[str], storage: UnnamedFile) -> None:
        self._numbering.write(split_blocks(blocks), storage)

    def counts(self) -> dict[str, int]:
        return self._numbering.counts()

    def maps(self, vocabulary: LanguageVocabulary, length: int) -> Iterator[tuple[int, Ids]]:
        for end, numbers in self._numbering.final_maps(vocabulary.tokens, vocabulary.line_end, length):
            yield end, np.where(numbers == FORGOTTEN, np.int32(vocabulary.unknown), numbers)


def _stored(
    blocks: Iterable[str], directory: str | os.PathLike[str], source: _Characters | _Words
) -> UnnamedFile:
    storage = UnnamedFile(directory)
    source.write(_with_last_line_end(blocks), storage)
    return storage


def _with_last_line_end(blocks: Iterable[str]) -> Iterator[str]:
    last = "\n"
    for block in blocks:
        last = block[-1:] or last
        yield block
    if last != "\n":
        yield "\n"


def _numbered(
    storage: UnnamedFile,
    source: _Characters | _Words,
    vocabulary: LanguageVocabulary,
    digest: hashlib._Hash | None,
) -> LanguageText:
    """Rewrite the file in place, from provisional numbers to those of `vocabulary`."""
    occurrences = np.zeros(len(vocabulary), np.int64)
    start = 0
    for end, numbers in source.maps(vocabulary, storage.size // _BYTES):
        while start < end:
            ids = numbers[read_numbers(storage, start, min(_NUMBERS_AT_ONCE, end - start))]
            storage.write(_BYTES * start, ids.tobytes())
            occurrences += np.bincount(ids, minlength=len(vocabulary))
            start += len(ids)
    return LanguageText(vocabulary, occurrences, digest.hexdigest() if digest else None, storage)
