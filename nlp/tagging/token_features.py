"""The features of a token in its sentence, from which its tag is found.

What a token looks like, its affixes and shape, is hashed once for each distinct token; the hashes are then
gathered for all places of a text at once.

Source: Ratnaparkhi 1996, "A maximum entropy model for part-of-speech tagging"; Toutanova, Klein, Manning &
        Singer 2003, "Feature-rich part-of-speech tagging with a cyclic dependency network"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from nlp.tagging.hashing import Hashes, buckets, joined, salt, shifted, spread, text_hash
from nlp.vectors.word_groups import WordGroups

Types = npt.NDArray[np.int64]

PADDING = 2
"""Places before each sentence and after the last: features look so far."""

NO_TOKEN = 0
"""The type of the padding."""

_LONGEST_SHAPE = 12
_LONGEST = 9  # longer tokens count as of this length
_DIGIT = re.compile(r"\d")
_SUFFIXES, _PREFIXES = range(1, 6), range(1, 5)

WORD, LOWER, SHAPE, FULL_SHAPE, FLAGS, LENGTH = range(6)
_SUFFIX, _PREFIX = 5, 10  # columns: a suffix of n characters is in column _SUFFIX + n
COLUMNS = 15


class TokenTypes:
    """Numbers distinct tokens from 1 on, and hashes what each looks like; number 0 is the padding.

    Attributes: `groups` of words that lie together, G divisions of them, or None.
    """

    def __init__(self, groups: WordGroups | None = None) -> None:
        self.groups = groups
        self._numbers: dict[str, int] = {}
        self._rows: list[tuple[int, ...]] = [(0,) * (COLUMNS + 1)]
        self._hashed = np.zeros((0, COLUMNS + (len(groups.groups) if groups else 0)), np.uint32)

    def __len__(self) -> int:
        return len(self._rows)

    def numbers(self, tokens: Sequence[str]) -> list[int]:
        """The number of each token; new ones get the next."""
        numbers = self._numbers
        try:
            return [numbers[token] for token in tokens]  # nearly always: all have been seen
        except KeyError:
            return [self._number(token) for token in tokens]

    def columns(self) -> Hashes:
        """What each type looks like, and behind that the group it is in, of each division, or 0.

        That of a token which is in none is the group of it in lower case, or else of its letters.
        """
        known = len(self._hashed)
        if known < len(self._rows):
            fresh = np.array(self._rows[known:], np.uint32)
            of_groups = [self._groups_of(division, fresh) for division in range(self.divisions)]
            self._hashed = np.concatenate([self._hashed, np.column_stack([fresh[:, :COLUMNS], *of_groups])])
        return self._hashed

    @property
    def divisions(self) -> int:
        """How many divisions into groups there are."""
        return len(self.groups.groups) if self.groups else 0

    def _groups_of(self, division: int, rows: Hashes) -> Hashes:
        found = np.zeros(len(rows), np.uint32)
        if self.groups:
            for column in (WORD, LOWER, COLUMNS):
                found = np.where(found > 0, found, self.groups.numbers(division, rows[:, column]))
        return found

    def _number(self, token: str) -> int:
        number = self._numbers.get(token)
        if number is None:
            number = self._numbers[token] = len(self._rows)
            letters = "".join(filter(str.isalpha, token.lower()))
            self._rows.append(tuple(map(text_hash, [*looks(token), letters])))
        return number


def looks(token: str) -> list[str]:
    """What features see of a token, column by column."""
    lower = _DIGIT.sub("0", token.lower())
    return [
        token,
        lower,
        shape(token, runs=True),
        shape(token, runs=False),
        _flags(token, lower),
        str(min(len(token), _LONGEST)),
        *[lower[-length:] for length in _SUFFIXES],
        *[lower[:length] for length in _PREFIXES],
    ]


def shape(token: str, *, runs: bool) -> str:
    """Letters as X and x, digits as d, other characters as they are; with `runs`, of each run one: Xx-d."""
    found: list[str] = []
    for character in token:
        kind = (
            "X"
            if character.isupper()
            else "x"
            if character.islower()
            else "d"
            if character.isdigit()
            else character
        )
        if not runs or found[-1:] != [kind]:
            found.append(kind)
        if len(found) == _LONGEST_SHAPE:
            break
    return "".join(found)


def _flags(token: str, lower: str) -> str:
    """Whether it has a digit, a hyphen, a capital first, no small letter, a letter, or is an address."""
    return "".join(
        "01"[flag]
        for flag in (
            any(map(str.isdigit, token)),
            "-" in token,
            token[:1].isupper(),
            token.isupper(),
            any(map(str.isalpha, token)),
            "www" in lower or "http" in lower or "@" in lower,
        )
    )


def placed(numbers: Iterable[Sequence[int]]) -> Types:
    """Types of sentences one after another, with padding between them."""
    flat = [NO_TOKEN] * PADDING
    for sentence in numbers:
        flat += sentence
        flat += (NO_TOKEN,) * PADDING
    return np.array(flat, np.int64)


def type_features(columns: Hashes, bits: int) -> Iterator[Hashes]:
    """Yield the buckets (T,) of each template that sees the token alone: 16 of them.

    The token, in lower case, its suffixes and prefixes, shapes, flags; suffix with flags, length with shape.
    """
    number = 0
    for column in (WORD, LOWER, SHAPE, FULL_SHAPE, FLAGS, *range(_SUFFIX + 1, COLUMNS)):
        number += 1
        yield _bucket(number, bits, columns[:, column])
    yield _bucket(number + 1, bits, columns[:, _SUFFIX + 3], columns[:, FLAGS])
    yield _bucket(number + 2, bits, columns[:, LENGTH], columns[:, SHAPE])


def context_features(columns: Hashes, types: Types, bits: int) -> Iterator[Hashes]:
    """Yield the buckets (P,) of each template that sees neighbours: 20 of them, and those of groups.

    Tokens in lower case at ±1 and ±2, and their pairs; suffixes of 2 and 3 and shapes at ±1; pairs of
    suffixes of 2; suffixes of 3 with the neighbours; shapes from -1 to 1.
    """
    lower, two, three, shapes = (
        columns[:, column].take(types) for column in (LOWER, _SUFFIX + 2, _SUFFIX + 3, SHAPE)
    )
    number = 100
    for parts in (
        *[((lower, place),) for place in (-2, -1, 1, 2)],
        ((lower, -1), (lower, 0)),
        ((lower, 0), (lower, 1)),
        ((lower, -1), (lower, 1)),
        ((lower, -2), (lower, -1)),
        ((lower, 1), (lower, 2)),
        ((two, -1),),
        ((two, 1),),
        ((three, -1),),
        ((three, 1),),
        ((shapes, -1),),
        ((shapes, 1),),
        ((shapes, -1), (shapes, 0), (shapes, 1)),
        ((two, -1), (two, 0)),
        ((two, 0), (two, 1)),
        ((lower, -1), (three, 0)),
        ((three, 0), (lower, 1)),
    ):
        number += 1
        yield _bucket(number, bits, *[shifted(values, place) for values, place in parts])
    yield from group_features(columns, types, bits)


def group_features(columns: Hashes, types: Types, bits: int) -> Iterator[Hashes]:
    """Yield the buckets (P,) of each template that sees groups of tokens, of one division after another.

    Groups from -2 to 2, the pairs of -1, 0 and 1, and all three: 9 of them.

    Source: clusters as features are those of Miller, Guinness & Zamanian 2004, "Name tagging with word
            clusters and discriminative training"
    """
    number = 200
    for column in range(COLUMNS, columns.shape[1]):
        group = columns[:, column].take(types)
        for places in ((-2,), (-1,), (0,), (1,), (2,), (-1, 0), (0, 1), (-1, 1), (-1, 0, 1)):
            number += 1
            yield _bucket(number, bits, *[shifted(group, place) for place in places])


def _bucket(number: int, bits: int, first: Hashes, *others: Hashes) -> Hashes:
    hashes = spread(first)
    for other in others:
        hashes = joined(hashes, other)
    return buckets(hashes, bits) ^ salt(number, bits)
