"""How much of a generated text is copied: its longest stretch that occurs in the training text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Stretch(NamedTuple):
    """Tokens `start` to `end` (not included) of the generated text."""

    start: int
    end: int


class CopiedStretch:
    """Finds the longest stretch of `tokens` in a text that is read once, of any size.

    The suffix automaton of the n `tokens` has at most 2n states. Each token of the text moves it, so that its
    state always stands for the longest end of what was read that occurs in `tokens`. Time is linear in the
    length of both, memory in that of `tokens` alone.

    Source: Blumer, Blumer, Haussler, Ehrenfeucht, Chen & Seiferas 1985, "The smallest automaton recognizing
            the subwords of a text", §3
    """

    def __init__(self, tokens: Sequence[int]) -> None:
        self._next: list[dict[int, int]] = [{}]
        self._link = [-1]
        self._longest = [0]
        self._end = [0]
        last = 0
        for number, token in enumerate(tokens, 1):
            last = self._extend(last, token, number)
        self._state, self._length = 0, 0
        self._best = Stretch(0, 0)

    @property
    def longest(self) -> Stretch:
        """The longest stretch found until now; of equally long ones, the one read first."""
        return self._best

    def read(self, tokens: Iterable[int]) -> None:
        """Read the next tokens of the text; one that the generated text cannot hold is a number below 0."""
        following, link, longest = self._next, self._link, self._longest
        state, length, best = self._state, self._length, self._best.end - self._best.start
        for token in tokens:
            target = following[state].get(token)
            if target is not None:
                state = target
                length += 1
                if length > best:
                    best = length
                    self._best = Stretch(self._end[state] - length, self._end[state])
                continue
            while state and token not in following[state]:
                state = link[state]
            length = longest[state]
            if token in following[state]:
                state = following[state][token]
                length += 1
        self._state, self._length = state, length

    def _extend(self, last: int, token: int, number: int) -> int:
        """Add the token that is the `number`th; return the state of all that has been added."""
        new = self._add({}, number, number, 0)
        state = last
        while state >= 0 and token not in self._next[state]:
            self._next[state][token] = new
            state = self._link[state]
        if state >= 0:
            self._link[new] = self._split(state, token)
        return new

    def _split(self, state: int, token: int) -> int:
        """The target of `state` by `token`, split in two if it stands for longer strings as well."""
        target = self._next[state][token]
        if self._longest[target] == self._longest[state] + 1:
            return target
        shorter = self._add(
            dict(self._next[target]), self._longest[state] + 1, self._end[target], self._link[target]
        )
        self._link[target] = shorter
        while state >= 0 and self._next[state].get(token) == target:
            self._next[state][token] = shorter
            state = self._link[state]
        return shorter

    def _add(self, following: dict[int, int], longest: int, end: int, link: int) -> int:
        self._next.append(following)
        self._longest.append(longest)
        self._end.append(end)
        self._link.append(link)
        return len(self._next) - 1
