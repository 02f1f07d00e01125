"""Byte-pair encoding: text as pieces of words that are learnt, between characters and words.

No text is unknown: a character that the learnt alphabet lacks is spelt by its bytes.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import regex

from nlp.text.character_classes import HAN

BYTES: Final = 256
"""The first numbers: the bytes by which characters outside the alphabet are spelt."""

SPACE: Final = "▁"
"""How a space is written in a token, which would else hold white space."""

_OFTEN = 2  # a character has to occur so often to be in the alphabet, and a pair to be joined
_CACHED = 1 << 16  # words whose tokens are remembered; the table is emptied when it holds so many
_UNSPACED = rf"{HAN}\p{{Script=Hiragana}}\p{{Script=Katakana}}"
_LETTERS = r"\p{L}\p{M}"
# The longest run that is one word bounds the time that a text without any break takes.
_WORD = regex.compile(
    rf"(?V1)[{_UNSPACED}]{{1,64}}"
    rf"| ?(?:[[{_LETTERS}]--[{_UNSPACED}]]{{1,64}}|\p{{N}}|[^ {_LETTERS}\p{{N}}])"
    r"|.",
    regex.DOTALL,
)
_BEGINS_UNSPACED = regex.compile(rf"(?:[{_UNSPACED}]|\Z)").match


def words_of(text: str, *, goes_on: bool = False) -> list[str]:
    """Cut a text into words, within which characters are joined: together they are the text.

    A word of letters, a digit or a mark has the space before it, if there is one; each text starts as if
    there were one, so that a word is the same there as elsewhere, unless it `goes_on` from another. Scripts
    without spaces are runs of letters.
    """
    found: list[str] = _WORD.findall(text if goes_on or _BEGINS_UNSPACED(text) else f" {text}")
    return found


@dataclass(frozen=True)
class BytePairs:
    """What was learnt from a text: its alphabet, and which neighbours are joined, the first ones first.

    Number n is a byte below 256, then a character of the alphabet, then a joined pair.

    Attributes: `characters`, the alphabet, the space first, no other white space; `pairs`, the numbers that
    are joined.

    Raises: ValueError where a character is white space or occurs twice, a pair joins bytes or what comes
            after it, or two tokens would be the same text

    Source: Sennrich, Haddow & Birch 2016, "Neural machine translation of rare words with subword units",
            §3.2; a byte at a time where no pair is known: Radford et al. 2019, "Language models are
            unsupervised multitask learners", §2.2
    """

    characters: str
    pairs: Sequence[tuple[int, int]]

    def __post_init__(self) -> None:
        alphabet = set(self.characters)
        if self.characters[:1] != " " or len(alphabet) != len(self.characters):
            raise ValueError("an alphabet starts with the space and has each character once")
        if any(map(_is_spelt, alphabet - {" "})):
            raise ValueError("an alphabet has no white space but the space")
        first = BYTES + len(self.characters)
        for number, pair in enumerate(self.pairs, first):
            if not (min(pair) >= BYTES and max(pair) < number):
                raise ValueError(f"the pair {pair} joins what is not there before it")
        if len(set(self._texts[BYTES:])) != len(self) - BYTES:
            raise ValueError("two tokens are the same text")

    @classmethod
    def learn(cls, counts: Mapping[str, int], size: int) -> BytePairs:
        """Join the pair of neighbours that is the most frequent, so many times, in words of these `counts`.

        Of pairs that are as frequent, that of the lower numbers is joined. A pair that occurs once is not
        joined, nor one whose text is a token already, so there may be fewer. The result depends neither on
        the order of the words nor on a seed.
        """
        seen: Counter[str] = Counter()
        for word, count in counts.items():
            for character in word:
                seen[character] += count
        often = [one for one, count in seen.items() if count >= _OFTEN and not _is_spelt(one)]
        often.sort(key=lambda character: (-seen[character], character))
        characters = "".join([" ", *often])
        return cls(characters, _Joining(characters, counts).pairs(size))

    def __len__(self) -> int:
        return BYTES + len(self.characters) + len(self.pairs)

    @cached_property
    def names(self) -> Sequence[str]:
        """Each token as it is written, without white space: `<0x0A>` for a byte."""
        return [
            *(f"<0x{byte:02X}>" for byte in range(BYTES)),
            *(text.replace(" ", SPACE) for text in self._texts[BYTES:]),
        ]

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's tokens; `decode` gives back the very text."""
        numbers: list[int] = []
        for word in words_of(text):
            numbers += self.of_word(word)
        return numbers

    def of_word(self, word: str) -> Sequence[int]:
        """The numbers of the tokens of one word, as `words_of` has it."""
        known = self._known
        numbers = known.get(word)
        if numbers is None:
            if len(known) >= _CACHED:
                known.clear()
            numbers = known[word] = self._joined(word)
        return numbers

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of tokens. Bytes that spell no character, as `encode` never gives them, become U+FFFD."""
        parts: list[str] = []
        spelt = bytearray()
        for number in numbers:
            if number < BYTES:
                spelt.append(number)
                continue
            if spelt:
                parts.append(_read(spelt))
                spelt.clear()
            parts.append(self._texts[number])
        parts.append(_read(spelt))
        text = "".join(parts)
        return text[1:] if text[:1] == " " and not _BEGINS_UNSPACED(text, 1) else text

    def spelling(self, *, goes_on: bool = False) -> TextOfTokens:
        """The text of tokens that come one by one, after another text or at a beginning."""
        return TextOfTokens(self, goes_on=goes_on)

    @property
    def texts(self) -> Sequence[str]:
        """The text of each token; that of a byte is not told."""
        return self._texts

    @cached_property
    def _texts(self) -> Sequence[str]:
        """The text of each token; that of a byte is not used."""
        texts = ["" for _ in range(BYTES)]
        texts += self.characters
        for left, right in self.pairs:
            texts.append(texts[left] + texts[right])
        return texts

    @cached_property
    def _ranks(self) -> Mapping[tuple[int, int], int]:
        """The number of each pair: the lower, the earlier it is joined."""
        return {pair: number for number, pair in enumerate(self.pairs, BYTES + len(self.characters))}

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {character: number for number, character in enumerate(self.characters, BYTES)}

    @cached_property
    def _known(self) -> dict[str, list[int]]:
        return {}

    def _joined(self, word: str) -> list[int]:
        """The tokens of a word: what was joined first while learning is joined first, from left to right."""
        numbers, ranks = _spelt(word, self._numbers), self._ranks
        never = len(self)
        while len(numbers) > 1:
            best = min(ranks.get(pair, never) for pair in pairwise(numbers))
            if best == never:
                break
            left, right = self.pairs[best - BYTES - len(self.characters)]
            at = 0
            while at < len(numbers) - 1:
                if numbers[at] == left and numbers[at + 1] == right:
                    numbers[at : at + 2] = [best]
                at += 1
        return numbers


def _is_spelt(character: str) -> bool:
    """Whether a character is spelt by bytes however often it occurs, since its token could not be written."""
    return character == SPACE or character.isspace()


def _spelt(word: str, numbers: Mapping[str, int]) -> list[int]:
    """The characters of a word as numbers, and the bytes of those that have none."""
    found: list[int] = []
    for character in word:
        number = numbers.get(character)
        if number is None:
            found += character.encode("utf-8", "surrogatepass")
        else:
            found.append(number)
    return found


def _read(spelt: bytearray) -> str:
    try:
        return spelt.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return spelt.decode("utf-8", "replace")


class _Joining:
    """The words of a text while their characters are joined, one pair at a time.

    The places of all words stand in a row, and each knows its neighbours; so a join costs what there is to
    join, however long the words are, and only the counts of the pairs next to it are changed.
    """

    def __init__(self, characters: str, counts: Mapping[str, int]) -> None:
        index = {character: number for number, character in enumerate(characters, BYTES)}
        self._texts = [*([""] * BYTES), *characters]  # of each token
        self._taken = set(characters)
        self._numbers: list[int] = []  # at each place; -1 where there is none any more, and behind each word
        self._weights: list[int] = []  # how often the word of a place occurs
        for word in sorted(counts):
            self._numbers += [index.get(character, -1) for character in word]
            self._numbers.append(-1)
            self._weights += [counts[word]] * (len(word) + 1)
        self._before = list(range(-1, len(self._numbers) - 1))
        self._after = list(range(1, len(self._numbers) + 1))
        self._counts: dict[tuple[int, int], int] = {}
        self._places: dict[tuple[int, int], list[int]] = {}
        for place, pair in enumerate(pairwise(self._numbers)):
            if min(pair) >= 0:
                self._add(pair, place, self._weights[place])
        self._heap = [(-count, pair) for pair, count in self._counts.items()]
        heapq.heapify(self._heap)

    def pairs(self, size: int) -> list[tuple[int, int]]:
        """Join `size` pairs, or as many as there are."""
        joined: list[tuple[int, int]] = []
        while len(joined) < size and self._heap:
            told, pair = heapq.heappop(self._heap)
            count = self._counts.get(pair, 0)
            if count != -told:  # it has fallen since; one that has risen was put in again
                if 0 < count < -told:
                    heapq.heappush(self._heap, (-count, pair))
                continue
            if count < _OFTEN:
                break
            text = self._texts[pair[0]] + self._texts[pair[1]]
            if text not in self._taken:
                self._join(pair, len(self._texts))
                self._texts.append(text)
                self._taken.add(text)
                joined.append(pair)
        return joined

    def _join(self, pair: tuple[int, int], new: int) -> None:
        """Make a pair one token at all of its places, from left to right."""
        (left, right), numbers = pair, self._numbers
        before, after = self._before, self._after
        risen: set[tuple[int, int]] = set()
        for place in sorted(self._places.pop(pair)):
            second = after[place]
            if numbers[place] != left or second >= len(numbers) or numbers[second] != right:
                continue  # one of both has been joined with its other neighbour
            weight, previous, following = self._weights[place], before[place], after[second]
            numbers[place], numbers[second] = new, -1
            after[place] = following
            before[following] = place
            if previous >= 0 and numbers[previous] >= 0:
                self._take((numbers[previous], left), weight)
                self._add((numbers[previous], new), previous, weight)
                risen.add((numbers[previous], new))
            if numbers[following] >= 0:
                self._take((right, numbers[following]), weight)
                self._add((new, numbers[following]), place, weight)
                risen.add((new, numbers[following]))
        self._counts.pop(pair, None)
        for one in risen:
            if count := self._counts.get(one):
                heapq.heappush(self._heap, (-count, one))

    def _add(self, pair: tuple[int, int], place: int, weight: int) -> None:
        self._counts[pair] = self._counts.get(pair, 0) + weight
        self._places.setdefault(pair, []).append(place)

    def _take(self, pair: tuple[int, int], weight: int) -> None:
        if pair in self._counts:
            self._counts[pair] -= weight


class TextOfTokens:
    """The text of tokens as they come: what `BytePairs.decode` gives for all of them, piece by piece.

    What is not yet decided is held back: bytes of a character that is not complete, and the first character
    of a text, which is left out if it is the space that stands before every text.
    """

    def __init__(self, pieces: BytePairs, *, goes_on: bool = False) -> None:
        self._pieces, self._begins = pieces, not goes_on
        self._spelt, self._held = bytearray(), ""

    def feed(self, number: int) -> str:
        """The text that this token adds."""
        if number < BYTES:
            self._spelt.append(number)
            try:
                self._held += self._spelt.decode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                return ""
            self._spelt.clear()
        else:
            self._read_bytes()
            self._held += self._pieces.texts[number]
        if self._begins and len(self._held) < 2:
            return ""
        return self._taken()

    def rest(self) -> str:
        """What was held back, at the end of the text."""
        self._read_bytes()
        return self._taken()

    def _read_bytes(self) -> None:
        if self._spelt:
            self._held += _read(self._spelt)
            self._spelt.clear()

    def _taken(self) -> str:
        text, self._held = self._held, ""
        begins, self._begins = self._begins, False
        return text[1:] if begins and text[:1] == " " and not _BEGINS_UNSPACED(text, 1) else text
