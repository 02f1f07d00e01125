"""The search for the best target: the best piece at every step, or beams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Indices
from nlp.layers.softmax import log_sum_exp
from nlp.layers.workspace import Workspace
from nlp.translation.network import TranslationNetwork
from nlp.translation.pairs import SourceBatch

_LONGER, _BEYOND = 1.5, 10  # a target has at most so many times the pieces of its source, and so many more
_COLUMNS = 64  # parts of a row of scores, by whose maxima the largest scores are found


class Found(NamedTuple):
    """A target: its pieces, without the end; its log-probability in nats; and what it was ranked by."""

    pieces: list[int]
    logprob: float
    rank: float


def search(
    network: TranslationNetwork,
    table: Floats,
    source: SourceBatch,
    end: int,
    *,
    beam: int,
    penalty: float,
    workspace: Workspace,
) -> list[list[Found]]:
    """The best targets of each source, at most `beam`, the best one first.

    A beam is kept of so many texts that go on. A text that ends among the best is found; a source is done
    when as many are found as there are beams. With a beam of 1 each step takes the best piece.

    Equation: rank(y) = log P(y | x) / |y|^penalty,   |y| with the end
    Source:   Wu et al. 2016, "Google's neural machine translation system", §7, for ranking by length; its
              penalty is ((5 + |y|) / 6)^α, ours the simpler form of common toolkits
    """
    memory = network.encode(source, workspace)
    found: list[list[Found]] = [[] for _ in source.lengths]
    limits = (_LONGER * source.lengths + _BEYOND).astype(np.int64)
    state = np.repeat(network.start(memory), beam, axis=1)
    ids = np.full(len(limits) * beam, end)
    scores = np.full((len(limits), beam), -np.inf, state.dtype)
    scores[:, 0] = 0  # all beams are the same text yet
    texts = np.zeros((len(limits), beam, int(limits.max())), np.int32)
    alive = np.arange(len(limits))
    kept = 2 * beam if beam > 1 else 1  # so many cannot all be ends
    step = 0
    while len(alive):
        z, state = network.step(table, ids, state, memory, workspace)
        last = limits[alive] == step + 1
        values, pieces = _best(z, kept, end, np.repeat(last, beam))
        total = (values + scores.reshape(-1, 1)).reshape(len(alive), -1)
        order = np.argsort(-total, axis=1, kind="stable")[:, :kept]
        total = np.take_along_axis(total, order, axis=1)
        pieces = np.take_along_axis(pieces.reshape(len(alive), -1), order, axis=1)
        parents = order // values.shape[1]
        ends = pieces == end
        for row, place in np.argwhere(ends[:, :beam] & np.isfinite(total[:, :beam])).tolist():
            logprob = float(total[row, place])
            target = texts[row, parents[row, place], :step].tolist()
            found[alive[row]].append(Found(target, logprob, logprob / (step + 1) ** penalty))
        going = np.argsort(ends, axis=1, kind="stable")[:, :beam]  # the best that do not end
        scores = np.take_along_axis(np.where(ends, -np.inf, total), going, axis=1).astype(state.dtype)
        parents, pieces = (np.take_along_axis(one, going, axis=1) for one in (parents, pieces))
        done = last | np.array([len(found[text]) >= beam for text in alive])
        on = np.flatnonzero(~done)
        rows = (on[:, None] * beam + parents[on]).reshape(-1)
        state, scores, ids = state[:, rows], scores[on], pieces[on].reshape(-1)
        texts = texts[on[:, None], parents[on]]
        if len(on):
            texts[:, :, step] = pieces[on]
        alive = alive[on]
        if done.any():
            memory = memory.only(on)
        step += 1
    return [sorted(some, key=lambda one: -one.rank)[:beam] for some in found]


def _best(z: Floats, count: int, end: int, last: npt.NDArray[np.bool_]) -> tuple[Floats, Indices]:
    """Log-probabilities of the most probable pieces of each row, falling, and the pieces; z is overwritten.

    Where a row is the `last` one, its text ends. Shapes: z (n, V); last (n,) -> (n, K) both
    """
    if count == 1:
        pieces = z.argmax(axis=1)[:, None]
        values = np.take_along_axis(z, pieces, axis=1)
    else:
        values, pieces = largest(z, min(count, z.shape[1]))
    of_ends = z[last, end]
    values -= log_sum_exp(z)[:, None]
    if last.any():
        values[last] = -np.inf
        values[last, 0], pieces[last, 0] = of_ends - log_sum_exp(z[last]), end
    return values, pieces


def largest(z: Floats, count: int) -> tuple[Floats, Indices]:
    """The largest values of each row, falling, and where they are; of equal ones the first.

    The maxima of equal parts of a row are a bound that few values of the row pass, which alone are sorted.

    Shapes: z (n, V) -> (n, count) both
    """
    rows, columns = z.shape
    width = columns // _COLUMNS
    if width < count:
        order = np.argsort(-z, axis=1, kind="stable")[:, :count]
        return np.take_along_axis(z, order, axis=1), order
    maxima = z[:, : width * _COLUMNS].reshape(rows, _COLUMNS, width).max(axis=1)
    bounds = np.partition(maxima, width - count, axis=1)[:, width - count]
    passing = np.flatnonzero(z >= bounds[:, None])
    row, column = np.divmod(passing, columns)
    values = z.reshape(-1)[passing]
    order = np.lexsort((column, -values, row))
    first = np.searchsorted(row, np.arange(rows))
    best = order[first[:, None] + np.arange(count)]
    return values[best], column[best]


def by_falling_length(sources: Sequence[Sequence[int]], size: int) -> list[list[int]]:
    """The numbers of sources, in batches of at most `size` that are of about the same length."""
    order = sorted(range(len(sources)), key=lambda number: -len(sources[number]))
    return [order[first : first + size] for first in range(0, len(order), size)]
