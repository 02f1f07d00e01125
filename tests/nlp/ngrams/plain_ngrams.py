"""Modified Kneser-Ney in dictionaries, read off the equations: what the fast one must equal."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from nlp.ngrams.discounts import Discounts, counts_of_counts, estimate_discounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    Ngram = tuple[int, ...]


class PlainNgrams:
    def __init__(
        self, tokens: Sequence[int], words: int, line_end: int, order: int, *, crosses: bool
    ) -> None:
        self.words, self.order = words, order
        text = (line_end, *tokens)

        def is_one(start: int, end: int) -> bool:
            return start >= 0 and (crosses or line_end not in text[start + 1 : end])

        occurrences: Counter[Ngram] = Counter()
        before: defaultdict[Ngram, set[int]] = defaultdict(set)
        bare: Counter[Ngram] = Counter()
        for end in range(1, len(text)):
            for start in range(end, end - order, -1):
                if not is_one(start, end):
                    continue
                ngram = text[start : end + 1]
                occurrences[ngram] += 1
                if is_one(start - 1, end):
                    before[ngram].add(text[start - 1])
                else:
                    bare[ngram] += 1
        self.adjusted = {
            ngram: count if len(ngram) == order else len(before[ngram]) + bare[ngram]
            for ngram, count in occurrences.items()
        }
        self.after: defaultdict[Ngram, dict[int, int]] = defaultdict(dict)
        for ngram, count in self.adjusted.items():
            self.after[ngram[:-1]][ngram[-1]] = count
        self.discounts = [self._discounts(k) for k in range(1, order + 1)]

    def _discounts(self, order: int) -> Discounts:
        counts = [count for ngram, count in self.adjusted.items() if len(ngram) == order]
        return estimate_discounts(counts_of_counts([np.array(counts, np.int64)]))

    def probability(self, word: int, context: Ngram) -> float:
        shorter = self.probability(word, context[1:]) if context else 1 / self.words
        counts = self.after.get(context)
        if not counts:
            return shorter
        discounts = (0.0, *self.discounts[len(context)])
        total = sum(counts.values())
        reserved = sum(discounts[min(count, 3)] for count in counts.values())
        own = counts.get(word, 0)
        return (own - discounts[min(own, 3)]) / total + reserved / total * shorter

    def of_stream(self, ids: Sequence[int], targets: Sequence[int]) -> list[float]:
        """P(target) behind each of `ids`, all of which have been read from the start of a text."""
        result = []
        for end, target in enumerate(targets, 1):
            result.append(self.probability(target, tuple(ids[max(end - self.order + 1, 0) : end])))
        return result
