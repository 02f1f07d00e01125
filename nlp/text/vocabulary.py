"""The types of a text, words, characters or pieces of words, as numbers: what all embeddings share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

CHARACTERS, WORDS, SUBWORDS = "char", "word", "subword"
NAMES = {CHARACTERS: "character", WORDS: "word", SUBWORDS: "piece of a word"}
"""What a token of each level is called."""

UNKNOWN = "<unk>"
SPECIAL = {"": (), CHARACTERS: ("\n", UNKNOWN), WORDS: ("<eos>", UNKNOWN), SUBWORDS: ("\n", UNKNOWN)}
"""Level → its special tokens: number 0 is the line end, 1 what stands for all that is unknown."""

SENTENCE_END, DROPPED = -1, -2  # what a line end is, and what is unknown, where these are no tokens


class TextOfPieces(Protocol):
    """The text of pieces as they come."""

    def feed(self, number: int) -> str:
        """The text that one more piece adds; what is not yet certain is held back."""

    def rest(self) -> str:
        """What was held back, at the end of the text."""


class Pieces(Protocol):
    """Pieces of words that any text can be cut into: see `nlp.text.byte_pairs`."""

    @property
    def names(self) -> Sequence[str]:
        """Each piece as it is written, without white space."""

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's pieces."""

    def spelling(self, *, goes_on: bool = False) -> TextOfPieces:
        """The text of pieces that come one by one, after another text or at a beginning."""


@dataclass(frozen=True)
class Vocabulary:
    r"""Types numbered from 0: special tokens, if there are any, then by falling count, then by code points.

    The order depends on words and counts alone, so a corpus gives the same numbers whatever the order of its
    lines.

    Attributes: `words`, the V types; `counts`, how often each occurs; `level` of a language model, "char",
    "word" or "subword", which has the special tokens "\n" (for words `<eos>`) and `<unk>`. Word vectors have
    none: "". Of pieces of words, the `words` are the names of all that `pieces` has.

    Raises: ValueError where words and counts do not go together, the special tokens are not the first, or
            words are not the names of the pieces
    """

    words: Sequence[str]
    counts: Sequence[int]
    level: str = ""
    pieces: Pieces | None = None

    def __post_init__(self) -> None:
        if len(self.words) != len(self.counts):
            message = f"{len(self.words)} words but {len(self.counts)} counts"
            raise ValueError(message)
        if tuple(self.words[: len(self.special)]) != self.special:
            raise ValueError("a language model's tokens begin with a line end and <unk>")
        if (self.level == SUBWORDS) != (self.pieces is not None):
            raise ValueError("pieces of words are what a vocabulary of subwords has, and no other")
        if self.pieces is not None and {*self.pieces.names} != {*self.words[len(self.special) :]}:
            raise ValueError("its tokens are not the pieces of words that it has")

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[str, int],
        min_count: int = 1,
        max_size: int | None = None,
        level: str = "",
        pieces: Pieces | None = None,
    ) -> Vocabulary:
        """Keep the types seen at least `min_count` times, and of those the `max_size` most frequent.

        The special tokens of a level are kept in any case, and do not count for `max_size`.
        """
        special = SPECIAL[level]
        kept = [(word, count) for word, count in counts.items() if count >= min_count and word not in special]
        kept.sort(key=lambda item: (-item[1], item[0]))
        if max_size is not None:
            del kept[max_size:]
        kept[:0] = [(word, counts.get(word, 0)) for word in special]
        return cls([word for word, _ in kept], [count for _, count in kept], level, pieces)

    @property
    def special(self) -> tuple[str, ...]:
        """The special tokens."""
        return SPECIAL[self.level]

    @property
    def line_end(self) -> int:
        """The number of the line end, which also stands before the first token of a text."""
        return 0 if self.level else SENTENCE_END

    @property
    def unknown(self) -> int:
        """The number that stands for whatever is not in the vocabulary."""
        return 1 if self.level else DROPPED

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each word."""
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def pieces_of(self) -> Sequence[int]:
        """Which of the pieces each token is; -1 for special tokens."""
        names = self.pieces.names if self.pieces is not None else ()
        place = {name: number for number, name in enumerate(names)}
        return [place.get(word, -1) for word in self.words]

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def split(self, line: str) -> Sequence[str]:
        """The tokens of a line: its characters, its pieces of words, or what its white space separates."""
        if self.pieces is not None:
            return [self.pieces.names[number] for number in self.pieces.encode(line)]
        return line if self.level == CHARACTERS else line.split()

    def numbers(self, tokens: Iterable[str]) -> list[int]:
        """The number of each token."""
        index, unknown = self.index, self.unknown
        return [index.get(token, unknown) for token in tokens]

    def join(self, numbers: Iterable[int]) -> str:
        r"""The text of these tokens: words separated by a space, every line end a "\n"."""
        if self.level == CHARACTERS:
            return "".join(self.words[number] for number in numbers)
        if self.pieces is not None:
            spelling = self.pieces.spelling()
            parts: list[str] = []
            for number in numbers:
                if number < len(self.special):
                    parts += spelling.rest(), self.words[number]
                    spelling = self.pieces.spelling()
                else:
                    parts.append(spelling.feed(self.pieces_of[number]))
            return "".join([*parts, spelling.rest()])
        words = ("\n" if number == self.line_end else self.words[number] for number in numbers)
        return " ".join(words).replace(" \n ", "\n").replace(" \n", "\n").replace("\n ", "\n")
