"""BLEU: how many words and runs of up to four words a translation shares with a reference.

Figures of different tokenizers cannot be compared, so the two that are told in papers are here, defined by
their programs: `13a`, of the mteval script, for languages with spaces, and `zh`, for Chinese.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

ORDERS: Final = 4
"""Runs of so many words are counted."""

# In this order, each over the whole line: a match takes its characters away from the next one.
_MARKS = (
    (re.compile(r"([ !-&(-+/:-@\[-`{-~])"), r" \1 "),  # all of ASCII but ' , - .
    (re.compile(r"([^0-9])([.,])"), r"\1 \2 "),  # . and , stay within numbers
    (re.compile(r"([.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))
# What sacreBLEU puts apart for Chinese. Two of its ranges, meant for U+20000 and U+2F800 on, are of shorter
# escapes and so of other characters: the first one holds dashes, curly quotes and arrows.
_CHINESE = re.compile(
    "([\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31ef\u3200-\u4db5\u4e00-\u9fbb"
    "\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef])"
)


def words_13a(text: str) -> list[str]:
    """The words of a text as mteval-v13a cuts them.

    Source: the script mteval-v13a.pl of NIST, without the parts that sacreBLEU leaves out
    """
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for written, meant in _ENTITIES:
        text = text.replace(written, meant)
    return _divided(f" {text} ")


def words_zh(text: str) -> list[str]:
    """The words of a Chinese text: each Han character and mark is one, the rest is cut as by `words_13a`.

    Source: Post 2018, "A call for clarity in reporting BLEU scores", tokenizer `zh` of sacreBLEU
    """
    return _divided(_CHINESE.sub(r" \1 ", text.strip()))


def _divided(text: str) -> list[str]:
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return text.split()


TOKENIZERS: Final[dict[str, Callable[[str], list[str]]]] = {"13a": words_13a, "zh": words_zh}
"""How a translation is cut into words, by the name that sacreBLEU tells."""


class Bleu:
    """The BLEU of a text, one reference a sentence, equal to sacreBLEU's to the last digit.

    A precision of 0 counts as half of one run, the next one as a quarter, and so on.

    Equation: 100 bp (p₁ p₂ p₃ p₄)^¼,   bp = min(1, exp(1 - r / c)),   p_n = right_n / all_n
    Units:    r words of all references, c words of all translations; the score is from 0 to 100
    Source:   Papineni, Roukos, Ward & Zhu 2002, "BLEU: a method for automatic evaluation of machine
              translation"; Chen & Cherry 2014, "A systematic comparison of smoothing techniques for
              sentence-level BLEU", method 3
    """

    def __init__(self, tokenizer: str = "13a") -> None:
        """`tokenizer` is one of `TOKENIZERS`."""
        self._words = cache(TOKENIZERS[tokenizer])
        self._right, self._all = [0] * ORDERS, [0] * ORDERS
        self._translated = self._there = 0

    def add(self, reference: str, translation: str) -> None:
        """Count the runs of a sentence."""
        there, found = self._words(reference), self._words(translation)
        self._there += len(there)
        self._translated += len(found)
        for order in range(ORDERS):
            runs, expected = _runs(found, order + 1), _runs(there, order + 1)
            self._all[order] += max(len(found) - order, 0)
            self._right[order] += sum(min(count, expected[run]) for run, count in runs.items())

    def score(self) -> float:
        """BLEU, from 0 to 100."""
        if not any(self._right) or not all(self._all):
            return 0.0
        logs = [math.log(precision) for precision in self._precisions()]
        return self._brevity() * math.exp(sum(logs) / ORDERS)

    def report(self) -> dict[str, Any]:
        """The score, the precisions it is the mean of, and the lengths that its penalty comes from."""
        return {
            "bleu": self.score(),
            "precisions": self._precisions(),
            "brevity_penalty": self._brevity(),
            "words": self._translated,
            "reference_words": self._there,
        }

    def _precisions(self) -> list[float]:
        """The share of right runs of each order, in percent; all are 0 where nothing is right."""
        smallest, found = 1.0, [0.0] * ORDERS
        if not any(self._right):
            return found
        for order, (right, total) in enumerate(zip(self._right, self._all, strict=True)):
            if not total:
                break
            if not right:
                smallest *= 2
            found[order] = 100.0 * right / total if right else 100.0 / (smallest * total)
        return found

    def _brevity(self) -> float:
        if self._translated >= self._there:
            return 1.0
        return math.exp(1 - self._there / self._translated) if self._translated else 0.0


def _runs(words: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    """How often each run of so many words occurs."""
    return Counter(zip(*(words[start:] for start in range(length)), strict=False))
