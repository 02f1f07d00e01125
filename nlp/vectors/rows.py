"""Words and their vectors as they are read from a file: what cannot be used is left out, and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError
from nlp.layers.arrays import Floats
from nlp.text.vocabulary import Vocabulary
from nlp.wording import Message, number_of

_ROWS = 4096  # looked at at a time: what is mapped into memory may be larger than it
_NOT_FINITE = "left out, with numbers that are not finite"
_BLANK = "left out, with nothing but white space for a word"
_TWICE = "left out, with a word that has come before"
_BAD_UTF8 = "with a word that is not UTF-8 (iconv converts files; what is bad reads U+FFFD)"


class Read(NamedTuple):
    """What a file holds: its words in their order there, a row of `matrix` (V, D) each, and what was odd."""

    vocabulary: Vocabulary
    matrix: Floats
    warnings: list[str]


@dataclass
class _Odd:
    """Rows that share an oddity: how many there are, and the first of them."""

    count: int
    place: int
    word: str


@dataclass
class Rows:
    """Words and vectors, gathered in the order of a file.

    Left out are rows that are not finite (one would make every sum with it useless), whose word is nothing
    but white space (no question can name it), and whose word has come before: files put frequent words first.

    Attributes: `path`, for messages; `unit`, what a row's place is counted in, "line" or "word"; `limit`, the
    most words to keep (None: all).
    """

    path: str
    unit: str
    limit: int | None = None
    words: dict[str, None] = field(default_factory=dict)
    values: bytearray = field(default_factory=bytearray)  # grows with what is read, not with what is promised
    rows: int = 0
    _odd: dict[str, _Odd] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether as many words are kept as are wanted."""
        return self.room == 0

    @property
    def room(self) -> int | None:
        """How many more words are wanted; None where there is no limit."""
        return None if self.limit is None else max(self.limit - len(self.words), 0)

    def warn_of(self, what: str, place: int, word: bytes) -> None:
        """Count a row that is read, but told; `what` it is, as in "2 rows …"."""
        self._count(what, place, word.decode("utf-8", "replace"))

    def add(self, names: Sequence[bytes], matrix: Floats, places: Sequence[int]) -> None:
        """Take rows that were read together: their words, vectors (N, D), and where each stands."""
        self.rows += len(names)
        words, matrix = self._kept(self._decoded(names, places), matrix, places)
        self.words.update(dict.fromkeys(words))
        self.values += matrix.astype(np.float32, copy=False).tobytes()

    def remedy(self, mend: str) -> str:
        """What helps where no further row can be read: to `mend` the file, or to do with those before."""
        count = len(self.words)
        with_limit = Message(", or read those before it with `limit` {count}", count=count) if count else ""
        return Message("{mend}{with_limit}", mend=mend, with_limit=with_limit)

    def read(self, dim: int, said: int | None = None) -> Read:
        """All that was gathered. `said` is how many words the file's first line promises.

        Raises: ModelError where there are none
        """
        warnings: list[str] = []
        if said is not None and said != self.rows and not self.full:
            here = f"{number_of(self.rows, 'row')} here, and those are read"
            warnings.append(f"{self.path}: its first line says {number_of(said, 'word')}; there are {here}")
        return self._read(np.frombuffer(self.values, np.float32).reshape(len(self.words), dim), warnings)

    def whole(self, words: list[str], matrix: Floats) -> Read:
        """The rows of a matrix (V, D) that is there as one: it is copied only where a row is left out.

        Raises: ModelError where there are none
        """
        words, matrix = self._kept(words[: self.limit], matrix[: self.limit], range(1, len(words) + 1))
        self.words.update(dict.fromkeys(words))
        return self._read(matrix, [])

    def _read(self, matrix: Floats, warnings: list[str]) -> Read:
        warnings = [*self._warnings(), *warnings]
        if not self.words:
            odd = (told.removeprefix(f"{self.path}: ") for told in self._warnings())
            raise ModelError("; ".join([f"{self.path}: there are no word vectors in it", *odd]))
        return Read(Vocabulary(list(self.words), [0] * len(self.words)), matrix, warnings)

    def _kept(self, words: list[str], matrix: Floats, places: Sequence[int]) -> tuple[list[str], Floats]:
        """The rows that can be used, up to the limit; the others are counted."""
        room = self.room
        finite = _finite_rows(matrix)
        distinct = len(set(words)) == len(words) and self.words.keys().isdisjoint(words)
        if finite.all() and distinct and all(map(str.strip, words)):
            return words[:room], matrix[:room]
        kept: dict[str, int] = {}
        for row, word in enumerate(words):
            if not finite[row]:
                self._count(_NOT_FINITE, places[row], word)
            elif not word.strip():
                self._count(_BLANK, places[row], word)
            elif word in kept or word in self.words:
                self._count(_TWICE, places[row], word)
            else:
                kept[word] = row
            if len(kept) == room:
                break
        return list(kept), matrix[list(kept.values())]

    def _decoded(self, names: Sequence[bytes], places: Sequence[int]) -> list[str]:
        """The words as text; what is not UTF-8 becomes U+FFFD."""
        try:
            words = b"\n".join(names).decode("utf-8").split("\n")
            if len(words) == len(names):
                return words
        except UnicodeDecodeError:
            pass
        words = [name.decode("utf-8", "replace") for name in names]
        for name, word, place in zip(names, words, places, strict=True):
            if word.encode() != name:
                self._count(_BAD_UTF8, place, word)
        return words

    def _count(self, what: str, place: int, word: str) -> None:
        self._odd.setdefault(what, _Odd(0, place, word)).count += 1

    def _warnings(self) -> Iterator[str]:
        for what, odd in self._odd.items():
            first = f"the first is {self.unit} {odd.place:,}, {odd.word!r}"
            yield f"{self.path}: {number_of(odd.count, 'row')} {what}; {first}"


def _finite_rows(matrix: Floats) -> NDArray[np.bool_]:
    """Whether each row is finite: (V, D) -> (V,)."""
    finite = np.ones(len(matrix), np.bool_)
    with np.errstate(over="ignore"):  # a float64 may be infinite as a float32
        for start in range(0, len(matrix), _ROWS):
            rows = slice(start, start + _ROWS)
            finite[rows] = np.isfinite(matrix[rows].astype(np.float32, copy=False)).all(axis=1)
    return finite
