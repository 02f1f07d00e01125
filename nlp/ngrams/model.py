"""Interpolated modified Kneser-Ney n-gram language models: estimated from counts, stored as a trie."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlp.layers.arrays import Floats, Ids, Integers
from nlp.ngrams.config import MAX_ORDER
from nlp.ngrams.counts import CHUNK, NgramCounts, count_ngrams
from nlp.ngrams.discounts import Discounts, counts_of_counts, estimate_discounts
from nlp.parallel.engine import Engine
from nlp.storage.columns import IN_MEMORY, Column, Room, Slices
from nlp.text.vocabulary import WORDS, Vocabulary

ABSENT = -1

_AT_ONCE = 1 << 20  # n-grams interpolated at a time


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
    tokens: Slices,
    vocabulary: Vocabulary,
    order: int = 5,
    *,
    crosses_lines: bool | None = None,
    chunk: int = CHUNK,
    room: Room = IN_MEMORY,
    engine: Engine | None = None,
) -> NgramModel:
    """Estimate a model from a text: its tokens, line ends among them, none in front.

    Equation: P(w | h) = (a(hw) - D(a(hw))) / S(h) + g(h) P(w | h'),  P of order 0 = 1 / V
              S(h) = Σ_w a(hw),  g(h) = Σ_w D(a(hw)) / S(h)
              where a are adjusted counts (see `NgramCounts`), D the discounts of an order
    With `crosses_lines`, a context may reach back beyond the last line end. By default it does for
    characters and pieces of words, where the line before tells what may come. For words a line is a sentence,
    and the line end is both the start and the end symbol (`<s>` and `</s>`) of the literature: perplexities
    are comparable. The n-grams of a `chunk` of tokens are counted at a time, and what grows with the text is
    kept in the `room`, in storage perhaps; an `engine` counts chunks side by side. That takes memory or time,
    and changes no bit of the model.

    Shapes:   tokens (N,) int in [0, V), in memory or not
    Raises:   ValueError for an order outside [1, MAX_ORDER]; InputError for too long a text; OSError where
              temporary storage is full
    Source:   Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling", §3;
              Heafield, Pouzyrevsky, Clark & Koehn 2013, "Scalable modified Kneser-Ney language model
              estimation", §3
    """
    if not 1 <= order <= MAX_ORDER:
        raise ValueError(f"an n-gram model has an order from 1 to {MAX_ORDER}, not {order}")
    if crosses_lines is None:
        crosses_lines = vocabulary.level != WORDS
    counts = count_ngrams(
        tokens,
        len(vocabulary),
        vocabulary.line_end,
        order,
        crosses_lines=crosses_lines,
        chunk=chunk,
        room=room,
        engine=engine,
    )
    repeats = [counts_of_counts(room.blocks(level.adjusted)) for level in counts]
    discounts = [estimate_discounts(n) for n in repeats]
    about = {
        "crosses_lines": crosses_lines,
        "ngrams": [len(level) - n[0] for level, n in zip(counts, repeats, strict=True)],
        "discounts": [list(discount) for discount in discounts],
    }
    return NgramModel(vocabulary, _levels(counts, discounts, room), about)


def _levels(counts: list[NgramCounts], discounts: Sequence[Discounts], room: Room) -> list[NgramLevel]:
    """The levels of a model, each interpolated with the one below. Empties `counts`, to free its memory."""
    levels: list[NgramLevel] = []
    words = len(counts[0])
    lower = room.column(np.float64, np.full(1, 1 / words))  # of order 0: every token alike
    contexts = 1  # in the order below: the empty one
    for k, of_order in enumerate(discounts):
        level = counts.pop(0)
        found = _interpolated(level, of_order, lower, contexts, words, room)
        if k:
            below = levels[k - 1]
            follow = found.log_backoffs.array(), found.first_child.array()
            levels[k - 1] = NgramLevel(below.words, below.log_probabilities, *follow)
        unknown_yet = np.zeros(0, np.float32), np.zeros(0, np.int32)
        levels.append(NgramLevel(level.words.array(), found.log_probabilities.array(), *unknown_yet))
        lower, contexts = found.probabilities, len(level)
    return levels


@dataclass(frozen=True)
class _Interpolated:
    """What is estimated of the n-grams of one order.

    Attributes: of each n-gram, `probabilities`, P(w | h), and `log_probabilities`; of each context,
    `log_backoffs`, log g(h), and `first_child`, where its n-grams begin.
    """

    probabilities: Column
    log_probabilities: Column
    log_backoffs: Column
    first_child: Column


def _interpolated(
    level: NgramCounts, discounts: Discounts, lower: Column, contexts: int, words: int, room: Room
) -> _Interpolated:
    """Interpolate one order with the one below, whose probabilities are `lower`.

    A context that nothing follows has g = 1: the order below decides alone.
    """
    found = _Interpolated(
        room.column(np.float64), room.column(np.float32), room.column(np.float32), room.column(np.int32)
    )
    found.first_child.append(np.zeros(1, np.int32))
    of_suffixes = _gathered(lower, level.suffixes, room)
    for (first, end), (start, stop) in _by_contexts(level.contexts, contexts, words, room):
        context = level.contexts[start:stop] - np.int32(first)
        adjusted = level.adjusted[start:stop]
        discount = np.array([0, *discounts])[np.minimum(adjusted, 3)]
        mass = np.bincount(context, adjusted, minlength=end - first)
        reserved = np.bincount(context, discount, minlength=end - first)
        is_followed = mass > 0
        mass[~is_followed] = reserved[~is_followed] = 1
        backoffs = reserved / mass
        children = np.bincount(context, minlength=end - first)
        probabilities = (adjusted - discount) / mass[context]
        probabilities += backoffs[context] * of_suffixes[start:stop]
        found.first_child.append((start + np.cumsum(children)).astype(np.int32))
        found.log_backoffs.append(_log(backoffs))
        found.log_probabilities.append(_log(probabilities))
        found.probabilities.append(probabilities)
    return found


@dataclass(frozen=True)
class _Taken:
    """The numbers of an array at these places."""

    numbers: Floats
    places: Slices

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, part: slice, /) -> Floats:
        taken: Floats = self.numbers[self.places[part]]
        return taken


def _gathered(source: Slices, places: Slices, room: Room) -> Slices:
    """The numbers of `source` at these places. It is gone through a stretch at a time, for all places."""
    if len(source) <= room.at_once:
        return _Taken(source[:], places)
    gathered = room.column(np.float64, *(np.zeros(len(block)) for block in room.blocks(places)))
    for first, end in room.spans(len(source)):
        stretch = source[first:end]
        for start, stop in room.spans(len(places)):
            block = places[start:stop]
            is_here = (block >= first) & (block < end)
            values = gathered[start:stop].copy()
            values[is_here] = stretch[block[is_here] - first]
            gathered.write(start, values)
    return gathered


def _by_contexts(
    of_ngrams: Column, contexts: int, most: int, room: Room
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield stretches of contexts, so many as may be in memory at a time, and those of their n-grams.

    The sums over a context are made in one piece, for float64 numbers do not add up alike in two. `most`
    n-grams have the same context.
    """
    at_once = max(min(room.at_once, _AT_ONCE), most + 1)
    first = start = 0
    while first < contexts:
        block = of_ngrams[start : start + at_once]
        is_last = start + len(block) == len(of_ngrams)
        end = contexts if is_last else int(block[-1])  # more of whose n-grams may follow
        end = min(end, first + at_once)
        stop = start + int(np.searchsorted(block, np.int32(end)))
        yield (first, end), (start, stop)
        first, start = end, stop


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
