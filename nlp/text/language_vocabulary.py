"""The tokens of a language model, characters or words, as numbers; a line end and <unk> are among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

CHARACTERS, WORDS = "char", "word"
UNKNOWN = "<unk>"
_LINE_ENDS = {CHARACTERS: "\n", WORDS: "<eos>"}


@dataclass(frozen=True)
class LanguageVocabulary:
    r"""The tokens of a language model, numbered from 0; a line end ("\n", or `<eos>` for words) is one.

    Attributes: `level`, "char" or "word"; `tokens`, with the line end and `<unk>` among them.

    Raises: ValueError where one of these two is absent, or a token occurs twice.
    """

    level: str
    tokens: Sequence[str]

    def __post_init__(self) -> None:
        if len(self.index) != len(self.tokens) or not {_LINE_ENDS[self.level], UNKNOWN} <= self.index.keys():
            message = "a language model's tokens are distinct, a line end and <unk> among them"
            raise ValueError(message)

    @classmethod
    def of(cls, level: str, tokens: Iterable[str]) -> LanguageVocabulary:
        """The line end, `<unk>`, then `tokens` in their order, without these two."""
        special = (_LINE_ENDS[level], UNKNOWN)
        return cls(level, (*special, *(token for token in tokens if token not in special)))

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each token."""
        return {token: number for number, token in enumerate(self.tokens)}

    @property
    def line_end(self) -> int:
        """The number of the line end, which also stands before the first token of a text."""
        return self.index[_LINE_ENDS[self.level]]

    @property
    def unknown(self) -> int:
        """The number that stands for whatever is not in the vocabulary."""
        return self.index[UNKNOWN]

    def __len__(self) -> int:
        return len(self.tokens)

    def split(self, line: str) -> Sequence[str]:
        """The tokens of a line: its characters, or what its white space separates."""
        return line if self.level == CHARACTERS else line.split()

    def numbers(self, tokens: Iterable[str]) -> list[int]:
        """The number of each token."""
        index, unknown = self.index, self.unknown
        return [index.get(token, unknown) for token in tokens]

    def join(self, numbers: Iterable[int]) -> str:
        r"""The text of these tokens: words separated by a space, every line end a "\n"."""
        if self.level == CHARACTERS:
            return "".join(self.tokens[number] for number in numbers)
        words = ("\n" if number == self.line_end else self.tokens[number] for number in numbers)
        return " ".join(words).replace(" \n ", "\n").replace(" \n", "\n").replace("\n ", "\n")
