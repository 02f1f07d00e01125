"""Phrases such as New York: pairs of words that stand together more often than chance would have it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from nlp.text.counting import TokenCounter
from nlp.text.token_lists import of_equal_size, split_blocks

JOINER = "_"
THRESHOLD = 100.0

_BATCH_TOKENS = 1 << 16
_CAPACITY = 4_000_000  # words, and pairs, held in memory; of more than that the rarest are forgotten


@dataclass(frozen=True)
class Phrases:
    """Pairs of words that are written as one token. `pairs` has "new york" for (new, york)."""

    pairs: Collection[str]

    def join(self, blocks: Iterable[str]) -> Iterator[str]:
        r"""Yield the text with each pair joined by "_", from left to right; no word is joined twice.

        Tokens are separated by spaces, sentences by "\n"; blocks may be cut anywhere but inside a token.
        """
        before = ""
        for tokens in split_blocks(blocks):
            joined: list[str] = []
            for token in filter(None, tokens):
                if before and f"{before} {token}" in self.pairs:
                    joined.append(f"{before}{JOINER}{token}")
                    before = ""
                else:
                    joined.append(before)
                    before = token
            yield " ".join(joined) + " "
        yield before


def find_phrases(blocks: Iterable[str], min_count: int, threshold: float = THRESHOLD) -> Phrases:
    """Count the words and pairs of a text, and return the pairs that score over `threshold`.

    Words and pairs rarer than `min_count` take no part. Memory is bounded: see `TokenCounter`.

    Equation: score(a, b) = (count(a b) - δ) / (count(a) count(b)) · N,   δ = `min_count`, N words in all
    Source:   Mikolov, Sutskever, Chen, Corrado & Dean 2013, §4, eq. 6; the factor N is word2phrase.c's, and
              makes the threshold independent of the length of the text
    """
    words, pairs = TokenCounter(capacity=_CAPACITY), TokenCounter(capacity=_CAPACITY)
    before = "\n"
    for tokens in of_equal_size(split_blocks(blocks), _BATCH_TOKENS):
        words.add(tokens)
        pairs.add(map(" ".join, zip([before, *tokens], tokens, strict=False)))
        before = tokens[-1]
    total = words.counts.total() - words.counts.pop("\n", 0)
    found = set()
    for pair, count in pairs.counts.items():
        first, second = (words.counts[word] for word in pair.split(" "))
        is_frequent = min(first, second) >= min_count  # never so across a line end, which has no count
        if is_frequent and (count - min_count) * total > threshold * first * second:
            found.add(pair)
    return Phrases(found)
