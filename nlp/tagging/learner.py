"""What trains a linear tagger: a structured perceptron with a margin, Adagrad and averaging."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.data.sentence_batches import SentenceBatches, batch_bounds
from nlp.layers.arrays import Floats
from nlp.layers.random_streams import RandomStreams
from nlp.parallel.team import shared_array
from nlp.tagging.config import TaggerConfig
from nlp.tagging.examples import NOTHING, Examples, Rows, summed
from nlp.tagging.labels import Chain
from nlp.tagging.lattice import Lattice, best_labels, lattice_of
from nlp.training.learner import Learner, Loss, Phase, Position
from nlp.wording import Message

_ORDER, _DROPOUT = 0, 1  # purposes of random numbers
_MARGIN = np.float32(1)
_FIRST_SUM = 0.01  # of squared gradients: the first step of a weight is ten times the learning rate
_LONGEST = 512  # places of a chain; a longer one is cut for training
_SCORED = 50_000  # places of held-out text that are labelled at a time


@dataclass(frozen=True)
class Batch:
    """The pieces of text of a step: where each begins among the places of the text, and how long it is."""

    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]


class TaggerLearner(Learner[Batch]):
    """Weights of a linear chain, labelled text and settings, made ready to train.

    A place scores each label by the sum of the rows of its features; a chain adds the weight of each
    transition. For each sentence x with labels y, the step finds the labels that are worst for the training,

    y* = argmax over z of score(x, z) + [number of places where z differs from y],

    and moves the weights by Adagrad along the gradient of the structured hinge loss, which is +1 for each
    feature where y* is wrong, and -1 for that of the right label there:

    loss = max over z of (score(x, z) + [z differs from y]) - score(x, y)

    Weights are averaged over all steps after the first epoch. Since there is neither an exponential nor a
    matrix product, and sums are taken one by one, the bytes are the same on every processor.

    Attributes: `chain`, the labels; `examples`; `config`; `weights` (R, L) and `transitions` (L, L).

    Source: Taskar, Guestrin & Koller 2003, "Max-margin Markov networks"; Collins 2002, "Discriminative
            training methods for hidden Markov models"; Duchi, Hazan & Singer 2011, "Adaptive subgradient
            methods for online learning and stochastic optimization"
    """

    prediction = "token"
    worst = 10.0, 10.0
    remedy = Message("a lower `lr` (a tenth of it, say)")

    def __init__(
        self,
        chain: Chain,
        height: int,
        examples: Examples,
        config: TaggerConfig,
        *,
        valid: Examples | None = None,
    ) -> None:
        self.chain, self.examples, self.config, self.valid = chain, examples, config, valid
        self.epochs, self.tokens = config.passes, len(examples.labels)
        self._starts, self._lengths = _pieces(examples.lengths)
        self._batches = SentenceBatches(self._lengths, config.places)
        self.steps_per_epoch = self._batches.steps
        self._randomness = RandomStreams(config.seed)
        labels = len(chain.names)
        self.weights, self.transitions = shared_array((height, labels)), shared_array((labels, labels))
        # The average is the weights less these sums of updates, each times the steps before it, over steps.
        self._late, self._late_moves = shared_array((height, labels)), shared_array((labels, labels))
        self._steps: Floats = shared_array((2,))  # all of them, and those whose mean is taken
        self._squares, self._square_moves = shared_array((height, labels)), shared_array((labels, labels))
        self._squares[...] = self._square_moves[...] = _FIRST_SUM
        self.learnt = [self.weights, self._late, self.transitions, self._late_moves, self._steps]
        self._batch: npt.NDArray[np.int64] = shared_array((2, self._batches.most), np.int64)
        self._pieces: npt.NDArray[np.int64] = shared_array((1,), np.int64)
        self._worst: npt.NDArray[np.uint8] = shared_array((self._batches.places,), np.uint8)
        self._loss: npt.NDArray[np.float64] = shared_array((2,), np.float64)

    def steps(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        """Yield pieces of about the same length, in another order each epoch."""
        for pieces in self._batches.read(self._randomness.at(_ORDER, epoch), skip):
            yield Batch(self._starts[pieces], self._lengths[pieces])

    def place_(self, data: Batch) -> None:
        """Copy the places of a batch to where all workers see them."""
        self._pieces[0] = count = len(data.starts)
        self._batch[0, :count], self._batch[1, :count] = data.starts, data.lengths

    def phases(self, workers: int) -> Sequence[Phase]:  # noqa: ARG002  a step is too short to be shared
        """Find the labels of the step that are worst; move the weights."""
        return Phase(1, self._find), Phase(1, self._move)

    def losses(self, at: Position) -> Iterator[Loss]:  # noqa: ARG002  that of the last step
        """The hinge loss; weights of 0 lose the margin at each place."""
        loss, places = self._loss.tolist()
        yield Loss(loss, places, places)

    def part_done(self, number: int) -> float:
        """The share of the steps: they are of about the same size."""
        return min(number / self.steps_per_epoch, 1.0)

    def learning_rate(self, at: Position) -> float:  # noqa: ARG002  Adagrad lowers it by itself
        """That of the settings."""
        return self.config.rate

    def arrays(self, at: Position) -> dict[str, npt.NDArray[Any]]:  # noqa: ARG002  moved in place
        """Weights, what their averages are made of, and the sums of squared gradients."""
        return {
            "steps": self._steps,
            "weights": self.weights,
            "transitions": self.transitions,
            "late": self._late,
            "late_moves": self._late_moves,
            "squares": self._squares,
            "square_moves": self._square_moves,
        }

    def averages(self) -> tuple[Floats, Floats]:
        """The weights and transitions, each the mean over the steps since the first epoch."""
        steps = self._steps[1]
        if not steps:
            return self.weights.copy(), self.transitions.copy()
        return self.weights - self._late / steps, self.transitions - self._late_moves / steps

    def evaluate(self) -> float | None:
        """The share of wrong labels of the held-out text, by averaged weights."""
        if self.valid is None:
            return None
        weights, transitions = self.averages()
        wrong = 0
        ends = np.cumsum(self.valid.lengths)
        bounds = batch_bounds(self.valid.lengths, _SCORED)
        for first, last in pairwise(bounds):
            lengths = self.valid.lengths[first:last]
            lattice = lattice_of(ends[first:last] - lengths, lengths)
            rows = self.valid.rows.take(lattice.places, axis=1)
            found = best_labels(_scores(weights, rows), transitions, self.chain, lattice)
            differs = found != self.valid.labels[lattice.places]
            wrong += int(np.count_nonzero(differs if lattice.kept is None else differs & lattice.kept))
        # Below any share that is possible, and above 0, which would say that nothing can be got better.
        return (wrong + 0.5) / (len(self.valid.labels) + 1)

    def team_size(self, workers: int) -> int:  # noqa: ARG002  whatever their number
        """One: a step is so short that dividing it would cost more."""
        return 1

    def rehearse_epoch_end(self) -> int:
        """With held-out text, a copy of the best weights is kept."""
        return sum(array.nbytes for array in self.learnt) if self.valid else 0

    def _placed(self, at: Position) -> tuple[Lattice, Rows, npt.NDArray[np.uint8]]:
        """The lattice of the step, the rows of its places without those left out, and its labels."""
        count = int(self._pieces[0])
        lattice = lattice_of(self._batch[0, :count], self._batch[1, :count], window=None)
        rows = self.examples.rows.take(lattice.places, axis=1)
        if self.config.left_out:
            generator = self._randomness.at(_DROPOUT, at.epoch, at.number)
            drawn = generator.integers(0, 256, rows.shape, np.uint8)
            rows *= drawn >= round(self.config.left_out * 256)
        return lattice, rows, self.examples.labels.take(lattice.places)

    def _find(self, at: Position, task: int) -> None:  # noqa: ARG002  there is one
        lattice, rows, labels = self._placed(at)
        places = np.arange(len(labels))
        scores = _scores(self.weights, rows)
        right = scores[labels, places]
        scores += _MARGIN
        scores[labels, places] = right
        found = best_labels(scores.copy(), self.transitions, self.chain, lattice)
        self._worst[: len(found)] = found
        # Summed one by one and exactly, since the order in which NumPy sums depends on the processor.
        gained = math.fsum((scores[found, places] - right).tolist())
        gained += math.fsum(self._moved(lattice, found)) - math.fsum(self._moved(lattice, labels))
        self._loss[:] = max(gained, 0.0), len(labels)

    def _moved(self, lattice: Lattice, labels: npt.NDArray[np.uint8]) -> list[float]:
        before, after = _neighbours(lattice)
        taken: list[float] = self.transitions[labels[before], labels[after]].tolist()
        return taken

    def _move(self, at: Position, task: int) -> None:  # noqa: ARG002  there is one
        lattice, rows, labels = self._placed(at)
        found = self._worst[: len(labels)]
        begun = self.steps_per_epoch if self.epochs > 1 else 0
        weight = np.float32(max(at.step - begun, 0))
        self._steps[:] = at.step + 1, max(at.step + 1 - begun, 0)
        wrong = np.flatnonzero(found != labels)
        if not len(wrong):
            return
        count = len(self.chain.names)
        first = rows.take(wrong, axis=1).astype(np.int64) * count
        flat = np.stack([first + found[wrong], first + labels[wrong]])
        signs = np.broadcast_to(np.array([1, -1], np.float32)[:, None, None], flat.shape)
        learning = self.config.rate, weight
        _adagrad_(self.weights, self._squares, self._late, flat.reshape(-1), signs.reshape(-1), *learning)
        for array in (self.weights, self._late):
            array[NOTHING] = 0
        before, after = _neighbours(lattice)
        moves = [labels_[before].astype(np.int64) * count + labels_[after] for labels_ in (found, labels)]
        counts = [np.bincount(some, minlength=count * count) for some in moves]
        difference = (counts[0] - counts[1]).astype(np.float32)
        moved = np.flatnonzero(difference)
        arrays = self.transitions, self._square_moves, self._late_moves
        _adagrad_(*arrays, moved, difference[moved], *learning)


def _adagrad_(
    weights: Floats,
    squares: Floats,
    late: Floats,
    places: npt.NDArray[np.int64],
    gradients: Floats,
    rate: float,
    steps: np.float32,
) -> None:
    """Move weights at `places`, which may repeat, occurrence by occurrence: w -= rate g / sqrt(sum of g²)."""
    weights, squares, late = weights.reshape(-1), squares.reshape(-1), late.reshape(-1)
    np.add.at(squares, places, gradients * gradients)
    updates = gradients * np.float32(-rate)
    updates /= np.sqrt(squares.take(places))
    np.add.at(weights, places, updates)
    if steps:
        updates *= steps
        np.add.at(late, places, updates)


def _scores(weights: Floats, rows: Rows) -> Floats:
    """The scores (L, M) of the labels at places with these `rows` (K, M), summed template by template."""
    return np.ascontiguousarray(summed(weights, rows).T)


def _neighbours(lattice: Lattice) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places of a lattice from which, and to which, a chain goes on."""
    after = np.arange(lattice.offsets[1] if len(lattice.offsets) > 1 else 0, lattice.offsets[-1])
    steps = np.repeat(np.asarray(lattice.active[:-1], np.int64), lattice.active[1:])
    return after - steps, after


def _pieces(lengths: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the pieces of at most `_LONGEST` places begin, and how long they are."""
    parts = -(-lengths // _LONGEST)
    number = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    starts = np.repeat(np.cumsum(lengths) - lengths, parts) + number * _LONGEST
    ends = np.minimum(starts + _LONGEST, np.repeat(np.cumsum(lengths), parts))
    return starts, ends - starts
