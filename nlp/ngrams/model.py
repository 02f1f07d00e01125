"""Interpolated modified Kneser-Ney n-gram language models: estimated from counts, stored as a trie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlp.layers.arrays import Floats, Ids, Integers
from nlp.ngrams.config import MAX_ORDER
from nlp.ngrams.counts import CHUNK, NgramCounts, count_ngrams
from nlp.ngrams.discounts import Discounts, estimate_discounts
from nlp.text.vocabulary import WORDS, Vocabulary

ABSENT = -1


@dataclass(frozen=True)
class NgramLevel:
    """All n-grams of one order, N of them, sorted by (context, last word): a context's lie side by side.

    Attributes: `words` (N,), the last word of each; `log_probabilities` (N,), log P(last word | context) in
    nats. And of each n-gram as the context of the next order: `log_backoffs` (N,), log b, the weight of the
    order below for words not seen after it; `first_child` (N + 1,), where in the next order its n-grams
    begin. In the highest order these two are empty.
    """

    words: Ids
    log_probabilities: Floats
    log_backoffs: Floats
    first_child: Ids

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True)
class NgramModel:
    """A distribution over the next token, given the last few.

    Equation: log P(w | h) = the stored value, where h w was seen; else log b(h) + log P(w | h'),
              h' being h without its first word, and log b(h) = 0 where h was never followed by anything
    Attributes: `levels`, order 1 first, which has all V tokens; `about`, metadata for its file.
    """

    vocabulary: Vocabulary
    levels: Sequence[NgramLevel]
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> int:
        """Tokens of the longest n-gram; the longest context has one less."""
        return len(self.levels)

    def child(self, order: int, contexts: Integers, words: Ids) -> Integers:
        """The numbers of the n-grams of `order` (2 or more) made of a context and a word; ABSENT for none.

        A binary search among the n-grams of each context, for all of them at once.

        Shapes: contexts (N,), numbers in the order below or ABSENT; words (N,) -> (N,)
        """
        first_child, known = self.levels[order - 2].first_child, self.levels[order - 1].words
        present = contexts != ABSENT
        low = np.where(present, first_child[contexts], 0)
        high = end = np.where(present, first_child[contexts + 1], 0)
        for _ in range(int((high - low).max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            is_open = low < high
            is_below = is_open & (known.take(middle, mode="clip") < words)
            low = np.where(is_below, middle + 1, low)
            high = np.where(is_open & ~is_below, middle, high)
        is_found = (low < end) & (known.take(low, mode="clip") == words) if len(known) else low < end
        return np.where(is_found, low, ABSENT)

    def read(self, state: Integers, ids: Ids) -> Integers:
        """The contexts after each of `ids`: row k-1 is the number of the last k tokens, ABSENT if never seen.

        Shapes: state (order - 1,), the contexts before the first of `ids`; ids (N,) -> (order - 1, N)
        """
        contexts = np.full((self.order - 1, len(ids)), ABSENT, np.int64)
        if self.order > 1:
            contexts[0] = ids
        for k in range(2, self.order):
            shorter = np.concatenate((state[k - 2 : k - 1], contexts[k - 2, :-1]))
            contexts[k - 1] = self.child(k, shorter, ids)
        return contexts

    def after(self, contexts: Integers, ids: Ids) -> Integers:
        """The contexts of N texts after one more token of each.

        Shapes: contexts (order - 1, N), as `read` gives them; ids (N,) -> (order - 1, N)
        """
        longer: list[Integers] = [ids] if self.order > 1 else []
        longer += [self.child(k, contexts[k - 2], ids) for k in range(2, self.order)]
        return np.array(longer, np.int64).reshape(self.order - 1, len(ids))

    def log_probabilities(self, contexts: Integers, targets: Ids) -> Floats:
        """Log P(target) after each context, in nats.

        Shapes: contexts (order - 1, N), as `read` gives them; targets (N,) -> (N,) float32
        """
        result: Floats = self.levels[0].log_probabilities[targets]
        for k in range(2, self.order + 1):
            lower, level, context = self.levels[k - 2], self.levels[k - 1], contexts[k - 2]
            found = self.child(k, context, targets)
            present = context != ABSENT
            result[present] += lower.log_backoffs[context[present]]
            is_found = found != ABSENT
            result[is_found] = level.log_probabilities[found[is_found]]
        return result


def train_ngrams(
    tokens: Ids,
    vocabulary: Vocabulary,
    order: int = 5,
    *,
    crosses_lines: bool | None = None,
    chunk: int = CHUNK,
) -> NgramModel:
    """Estimate a model from a text: its tokens, line ends among them, none in front.

    Equation: P(w | h) = (a(hw) - D(a(hw))) / S(h) + g(h) P(w | h'),  P of order 0 = 1 / V
              S(h) = Σ_w a(hw),  g(h) = Σ_w D(a(hw)) / S(h)
              where a are adjusted counts (see `NgramCounts`), D the discounts of an order
    With `crosses_lines`, a context may reach back beyond the last line end. By default it does for
    characters and pieces of words, where the line before tells what may come. For words a line is a sentence,
    and the line end is both the start and the end symbol (`<s>` and `</s>`) of the literature: perplexities
    are comparable. The n-grams of a `chunk` of tokens are counted at a time, which takes memory and changes
    nothing.

    Shapes:   tokens (N,) int in [0, V)
    Raises:   ValueError for an order outside [1, MAX_ORDER]; InputError for too long a text
    Source:   Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling", §3;
              Heafield, Pouzyrevsky, Clark & Koehn 2013, "Scalable modified Kneser-Ney language model
              estimation", §3
    """
    if not 1 <= order <= MAX_ORDER:
        raise ValueError(f"an n-gram model has an order from 1 to {MAX_ORDER}, not {order}")
    if crosses_lines is None:
        crosses_lines = vocabulary.level != WORDS
    counts = count_ngrams(
        tokens, len(vocabulary), vocabulary.line_end, order, crosses_lines=crosses_lines, chunk=chunk
    )
    discounts = [estimate_discounts(level.adjusted) for level in counts]
    about = {
        "crosses_lines": crosses_lines,
        "ngrams": [int(np.count_nonzero(level.adjusted)) for level in counts],
        "discounts": [list(discount) for discount in discounts],
    }
    return NgramModel(vocabulary, _levels(counts, discounts), about)


def _levels(counts: list[NgramCounts], discounts: Sequence[Discounts]) -> list[NgramLevel]:
    """The levels of a model, each interpolated with the one below. Empties `counts`, to free its memory."""
    levels: list[NgramLevel] = []
    lower = np.full(1, 1 / len(counts[0]))  # of order 0: every token alike
    contexts = 1  # in the order below: the empty one
    for k, of_order in enumerate(discounts):
        level = counts.pop(0)
        probabilities, backoffs, first_child = _interpolated(level, of_order, lower, contexts)
        if k:
            below = levels[k - 1]
            levels[k - 1] = NgramLevel(below.words, below.log_probabilities, _log(backoffs), first_child)
        unknown_yet = np.zeros(0, np.float32), np.zeros(0, np.int32)
        levels.append(NgramLevel(level.words, _log(probabilities), *unknown_yet))
        lower, contexts = probabilities, len(level)
    return levels


def _interpolated(
    level: NgramCounts, discounts: Discounts, lower: Floats, contexts: int
) -> tuple[Floats, Floats, Ids]:
    """P(w | h) of each n-gram; of each context, g(h) and where its n-grams begin.

    A context that nothing follows has g = 1: the order below decides alone.
    """
    discount = np.array([0, *discounts])[np.minimum(level.adjusted, 3)]
    mass = np.bincount(level.contexts, level.adjusted, minlength=contexts)
    reserved = np.bincount(level.contexts, discount, minlength=contexts)
    is_followed = mass > 0
    mass[~is_followed] = reserved[~is_followed] = 1
    backoffs = reserved / mass
    children = np.bincount(level.contexts, minlength=contexts)
    first_child = np.concatenate((np.zeros(1, np.int32), np.cumsum(children, dtype=np.int32)))
    probabilities = (level.adjusted - discount) / mass[level.contexts]
    probabilities += backoffs[level.contexts] * lower[level.suffixes]
    return probabilities, backoffs, first_child


def _log(probabilities: Floats) -> Floats:
    logarithms: Floats = np.log(np.minimum(probabilities, 1)).astype(np.float32)
    return logarithms


def ngram_perplexity(train: Ids, valid: Ids, vocabulary: Vocabulary, order: int = 5) -> float:
    """The perplexity of one text under the n-grams of another, line ends and unknown tokens counted.

    Equation: exp(-1/N Σ_i log P(w_i | w_{i-n+1} … w_{i-1}))
    Shapes:   train (M,), valid (N,), N > 0: tokens as in `train_ngrams`
    """
    model = train_ngrams(train, vocabulary, order)
    ids = np.concatenate((np.array([vocabulary.line_end], np.int32), valid[:-1]))
    contexts = model.read(np.full(order - 1, ABSENT), ids)
    return math.exp(-float(model.log_probabilities(contexts, valid).mean(dtype=np.float64)))
