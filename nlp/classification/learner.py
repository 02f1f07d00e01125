"""What trains a text classifier, by stochastic gradient descent with a rate for each weight."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nlp.classification.classifier import FEW_COLUMNS, Classifier, Weights, rows_of, scales
from nlp.classification.config import HIERARCHICAL, HINGE, OVA, ClassifierConfig
from nlp.classification.examples import GROUP, Examples, Texts, weighted
from nlp.classification.features import Offsets
from nlp.classification.losses import fitted_temperature, make_loss, untrained_loss
from nlp.classification.quantization import quantized
from nlp.errors import InputError
from nlp.layers.arrays import Floats, Ids
from nlp.layers.random_streams import RandomStreams
from nlp.layers.scatter import RowGroups
from nlp.parallel.team import shared_array
from nlp.training.learner import Learner, Loss, Phase, Position
from nlp.training.schedules import linear_decay
from nlp.vectors.word_groups import WordGroups
from nlp.wording import Message, number_of

_INITIAL, _ORDER, _LEFT_OUT = 0, 1, 2  # purposes of random numbers
_STEPS, _LEAST, _MOST = 1_000, 512, 1 << 16  # steps of an epoch at most, and features of a step
_MOST_TEXTS = 512  # of a step: all of them move the bias at once, and more would overshoot
_SHARDS = 4  # of a step, at most: with smaller ones two workers wait for one another more than they compute
_START_OF_SQUARES = 0.01
_DROPOUT = 0.5  # of the features of a text, with a hinge loss
_PART_OF_BAYES, _SMOOTHING, _ROWS = 0.3, 0.5, 4096


class ClassifierLearner(Learner[Texts]):
    """Labelled texts and settings, made ready to train.

    A step is a batch of texts in random order, cut into shards: the first phase computes the gradient of the
    vector of each text, the second moves the rows of its features, a few columns a task. Each weight has its
    own rate, which falls with the squares of its gradients.

    Equation: a += g²,   w -= lr g / √a   for each occurrence of a feature, in order (Adagrad)
    Source:   Duchi, Hazan & Singer 2011, "Adaptive subgradient methods"

    A hinge loss has one rate for all weights of a step, and leaves out half of the features of each text, now
    these and now those, so that no weight relies on another one.

    Equation: w -= lr B / |Σ_t x_t|² g   for a step of B texts, where x_t has 1 / √F_t for each feature of a
              text, so that |x_t| = 1: the step is shorter the more alike the texts are

    Source:   Wager, Wang & Liang 2013, "Dropout training as adaptive regularization"

    `has_groups` tells whether groups of words are features.

    Attributes: `examples`; `config`, fitted to these; `used`, the buckets that occur, by falling frequency.

    Raises: InputError where there is nothing to learn, or to evaluate
    """

    prediction = "text"
    worst = 8.0, 4.0
    remedy = Message("a lower `lr` (a tenth of it, say)")

    def __init__(
        self,
        examples: Examples,
        config: ClassifierConfig,
        *,
        class_weights: Floats | None = None,
        valid: Examples | None = None,
        has_groups: bool = False,
    ) -> None:
        check_texts(examples, valid)
        config = config.fitted(len(examples.labels), examples.tokens, has_groups=has_groups)
        self.examples, self.config, self._valid = examples, config, valid
        self.epochs, self.tokens = config.passes, examples.tokens
        self.used = _used(examples, config.buckets)
        self._rows = rows_of(self.used, config.buckets)
        self._class_weights = class_weights
        self._streams = RandomStreams(config.seed)
        self._loss = make_loss(config.loss, examples.counts)
        dim, scores = config.dim or 0, self._loss.scores
        self.weights = Weights(
            shared_array((len(self.used) + 1, dim or scores)), shared_array((scores, dim)) if dim else None
        )
        if dim:
            table = self.weights.table[1:]
            self._streams.at(_INITIAL).random(dtype=np.float32, out=table)
            table -= np.float32(0.5)
            table /= np.float32(dim)
        elif config.loss not in {HINGE, HIERARCHICAL}:
            self._start_from_counts(self.weights.table)
        self._squares = [shared_array(weights.shape) for weights in self._learnt()]
        for squares in self._squares:
            squares.fill(_START_OF_SQUARES)
        self.learnt = self._learnt()
        self._groups_per_step = _groups_per_step(examples)
        self.texts_per_step = min(self._groups_per_step * GROUP, len(examples))
        self.steps_per_epoch = math.ceil(examples.groups / self._groups_per_step)
        self._make_room(dim, scores)

    def _learnt(self) -> list[Floats]:
        return [weights for weights in (self.weights.table, self.weights.output) if weights is not None]

    def _start_from_counts(self, table: Floats) -> None:
        """Let each feature vote as a part of naive Bayes would: on little text, that is most of the way.

        Equation: w_fl = c (log p(f | l) − mean_k log p(f | k)), with ova c (log p(f | l) − log p(f | not l));
                  p(f | l) = (n_fl + ½) / Σ_g (n_gl + ½), n the counts of features in texts of labels
        Source:   Wang & Manning 2012, "Baselines and bigrams", who scale features by such ratios
        """
        flat, labels = table.reshape(-1), table.shape[1]
        for texts in self.examples.read_all():
            places = self._rows[texts.buckets].astype(np.int64) * labels
            shares, counts = texts.targets(labels), np.diff(texts.starts)
            for label in range(labels):
                np.add.at(flat, places + label, np.repeat(shares[:, label], counts))
        table += np.float32(_SMOOTHING)
        of_labels = table.sum(axis=0, dtype=np.float64)
        for first in range(0, len(table), _ROWS):
            rows = table[first : first + _ROWS].astype(np.float64)
            logs = np.log(rows / of_labels)
            if self.config.loss == OVA:
                others = rows.sum(axis=1, keepdims=True) - rows
                logs -= np.log(others / (of_labels.sum() - of_labels))
            else:
                logs -= logs.mean(axis=1, keepdims=True)
            table[first : first + _ROWS] = _PART_OF_BAYES * logs
        table[0] = 0

    def _make_room(self, dim: int, scores: int) -> None:
        """Make the arrays of a step, which all workers see."""
        most, largest = self.texts_per_step, np.sort(self.examples.sizes)[-self._groups_per_step :]
        self._batch_rows: Ids = shared_array((int(largest.sum()),), np.int32)
        self._batch_starts: Offsets = shared_array((most + 1,), np.int64)
        self._targets: Floats = shared_array((most, len(self.examples.labels)))
        self._unlike: Floats = shared_array((1,))
        self._size: npt.NDArray[np.int64] = shared_array((1,), np.int64)
        self._gradient: Floats = shared_array((most, dim or scores))  # with respect to the sum of features
        self._shards = max(min(_SHARDS, most // GROUP), 1)
        self._output_gradients: Floats = shared_array((self._shards if dim else 0, scores, dim))
        self._losses: npt.NDArray[np.float64] = shared_array((self._shards, 2), np.float64)

    def steps(self, epoch: int, skip: int = 0) -> Iterator[Texts]:
        """Deal out the texts of an epoch in random order, group by group."""
        order = self._streams.at(_ORDER, epoch).permutation(self.examples.groups)
        for number in range(skip, self.steps_per_epoch):
            start = number * self._groups_per_step
            texts = self.examples.read(order[start : start + self._groups_per_step].tolist())
            if self.config.loss == HINGE:
                chances = self._streams.at(_LEFT_OUT, epoch, number).random(len(texts.buckets), np.float32)
                texts = texts.only(chances >= _DROPOUT)
            yield texts

    def place_(self, data: Texts) -> None:
        """Copy the features of a step, and the labels of its texts, to where all workers see them."""
        size = len(data.starts) - 1
        self._size[0] = size
        self._batch_starts[: size + 1] = data.starts
        self._rows.take(data.buckets, out=self._batch_rows[: len(data.buckets)])
        if self.config.loss == HINGE:
            shares = np.repeat(scales(data.starts), np.diff(data.starts))
            total = np.bincount(np.unique(data.buckets, return_inverse=True)[1], shares)
            self._unlike[0] = size / np.dot(total, total)
        self._targets[:size] = weighted(data.targets(len(self.examples.labels)), self._class_weights)

    def phases(self, workers: int) -> Sequence[Phase]:
        """Compute what the texts of a shard want; then move the table, in parts, and the second layer."""
        columns, output = self.weights.table.shape[1], self.weights.output
        is_wide = columns > FEW_COLUMNS
        parts = 1 if workers == 1 else 2 * workers
        if not is_wide:
            parts = min(parts, columns)

        def move(at: Position, task: int) -> None:
            if task < parts and is_wide:
                self._move_rows(at, task, parts)
            elif task < parts:
                self._move_columns(at, task * columns // parts, (task + 1) * columns // parts)
            elif output is not None:
                self._move_output(at, output)

        return Phase(self._shards, self._compute), Phase(parts + (output is not None), move)

    def losses(self, at: Position) -> Iterator[Loss]:  # noqa: ARG002  they are those of the last step
        """The loss of the batch."""
        nats, texts = self._losses.sum(axis=0).tolist()
        yield Loss(nats, texts, untrained_loss(self.config.loss, len(self.examples.labels)) * texts)

    def part_done(self, number: int) -> float:
        """The share of the steps."""
        return min(number / self.steps_per_epoch, 1.0)

    def learning_rate(self, at: Position) -> float:
        """Falls along a line to 0, over all epochs."""
        done = min(at.epoch + self.part_done(at.number), self.epochs) / self.epochs
        return linear_decay(self.config.rate, 0.0, done)

    def arrays(self, at: Position) -> dict[str, npt.NDArray[Any]]:  # noqa: ARG002  nothing is carried from step to step
        """The weights, and the squares of their gradients."""
        return {
            **{f"weights.{number}": weights for number, weights in enumerate(self.learnt)},
            **{f"squares.{number}": squares for number, squares in enumerate(self._squares)},
        }

    def evaluate(self) -> float | None:
        """The mean loss of the held-out texts."""
        if self._valid is None:
            return None
        parts = _held_out(self._valid, self.weights, self._rows)
        loss = sum(self._loss.nats(*part) for part in parts)
        return loss / len(self._valid)

    def team_size(self, workers: int) -> int:
        """A batch has only so many shards."""
        return min(workers, self._shards)

    def rehearse_epoch_end(self) -> int:
        """With held-out texts, a copy of the best weights is kept."""
        return sum(weights.nbytes for weights in self.learnt) if self._valid else 0

    def classifier(self, groups: WordGroups | None = None, *, may_quantize: bool = True) -> Classifier:
        """What has been learnt, quantized if asked for, and calibrated where there are held-out texts.

        `groups` are those of words that the features of the texts were made with.
        """
        weights, used, temperature = self.weights, self.used, 1.0
        if self.config.quantize and may_quantize:
            table, used = quantized(weights.table, used)
            weights = Weights(table, weights.output)
        if self._valid is not None:
            parts = list(_held_out(self._valid, weights, rows_of(used, self.config.buckets)))
            temperature = fitted_temperature(self._loss, parts)
        examples = self.examples
        return Classifier(self.config, examples.labels, examples.counts, used, weights, temperature, groups)

    def _compute(self, at: Position, shard: int) -> None:  # noqa: ARG002  a task's signature
        size = int(self._size[0])
        first, last = shard * size // self._shards, (shard + 1) * size // self._shards
        self._losses[shard] = 0, self._targets[first:last].sum()
        if self.weights.output is not None:
            self._output_gradients[shard] = 0
        if first == last:
            return
        starts = self._batch_starts[first : last + 1]
        hidden = self.weights.hidden(self._batch_rows[starts[0] : starts[-1]], starts - starts[0])
        output = self.weights.output
        scores = hidden if output is None else hidden @ output.T
        nats, gradient = self._loss.loss_and_grad(scores, self._targets[first:last])
        self._losses[shard, 0] = nats
        if output is not None:
            np.dot(gradient.T, hidden, out=self._output_gradients[shard])
            gradient = gradient @ output
        np.multiply(gradient, scales(starts), out=self._gradient[first:last])

    def _move_columns(self, at: Position, first: int, last: int) -> None:
        """Move some columns of the rows of all features, one occurrence after the other."""
        size, rate = int(self._size[0]), -np.float32(self.learning_rate(at))
        starts = self._batch_starts[: size + 1]
        counts = np.diff(starts)
        columns = self.weights.table.shape[1]
        places = self._batch_rows[: starts[-1]].astype(np.int64)
        places *= columns
        places += first
        table, squares = self.weights.table.reshape(-1), self._squares[0].reshape(-1)
        for column in range(first, last):
            gradient = self._gradient[:size, column]
            if self.config.loss == HINGE:
                gradient = gradient * self._unlike[0]
                np.add.at(table, places, np.repeat(gradient * rate, counts))
                places += 1
                continue
            np.add.at(squares, places, np.repeat(gradient * gradient, counts))
            moves = squares.take(places)
            np.sqrt(moves, out=moves)
            np.divide(np.repeat(gradient * rate, counts), moves, out=moves)
            np.add.at(table, places, moves)
            places += 1

    def _move_rows(self, at: Position, part: int, parts: int) -> None:
        """Move all columns of the rows of a part: the same sums, faster where there are many columns."""
        size, rate = int(self._size[0]), -np.float32(self.learning_rate(at))
        starts = self._batch_starts[: size + 1]
        texts = np.repeat(np.arange(size), np.diff(starts))
        groups = RowGroups.of(self._batch_rows[: starts[-1]], part, parts)
        groups = replace(groups, order=texts[groups.order])  # what a row sums are the gradients of texts
        gradient, rows = self._gradient[:size], groups.rows
        if self.config.loss == HINGE:
            self.weights.table[rows] += groups.sum(gradient * (rate * self._unlike[0]))
            return
        squares = self._squares[0][rows]
        squares += groups.sum(gradient * gradient)
        self._squares[0][rows] = squares
        self.weights.table[rows] += groups.sum(gradient * rate) / np.sqrt(squares)

    def _move_output(self, at: Position, output: Floats) -> None:
        gradient = self._output_gradients.sum(axis=0)
        self._squares[1] += gradient * gradient
        output -= np.float32(self.learning_rate(at)) * gradient / np.sqrt(self._squares[1])


def _held_out(valid: Examples, weights: Weights, rows: Ids) -> Iterator[tuple[Floats, Floats]]:
    """The scores of held-out texts and their labels."""
    for texts in valid.read_all():
        yield weights.scores(rows[texts.buckets], texts.starts), texts.targets(len(valid.labels))


def advice_on(examples: LabelledTexts) -> Iterator[str]:
    """Yield what is likely to go wrong with texts, with its remedy."""
    rare = [label for label, count in zip(examples.labels, examples.counts, strict=True) if count == 1]
    if rare:
        number = number_of(len(rare), "label")
        yield f"{number} with a single text, such as {rare[0]!r}: too few to learn from"


class LabelledTexts(Protocol):
    """Labelled texts, in any form, and the names of their labels."""

    @property
    def labels(self) -> Sequence[str]:
        """The names."""

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many texts have each."""

    def __len__(self) -> int:
        """How many texts there are."""


def check_texts(examples: LabelledTexts, valid: LabelledTexts | None) -> None:
    """Refuse texts from which nothing can be learnt. Raises: InputError."""
    if not len(examples):
        raise InputError("there is no labelled text: nothing to learn from")
    if len(examples.labels) < 2:
        raise InputError(
            f"all texts have the label {examples.labels[0]!r}: nothing to tell apart; add others"
        )
    if valid is not None and not len(valid):
        raise InputError("no held-out text has a label of the training texts: nothing to evaluate on")


def _used(examples: Examples, buckets: int) -> Ids:
    """The buckets that occur: the most frequent first, so that these share cache lines."""
    counts = np.zeros(buckets, np.int64)
    for texts in examples.read_all():
        np.add.at(counts, texts.buckets, 1)
    used = np.flatnonzero(counts)
    return used[np.argsort(-counts[used], kind="stable")].astype(np.int32)


def _groups_per_step(examples: Examples) -> int:
    """How many groups of texts a step has: large steps are fast, small ones learn more from little text."""
    features = int(examples.starts[-1])
    wanted = min(max(features // _STEPS, _LEAST), _MOST) * examples.groups / features
    return min(1 << int(math.log2(min(max(wanted, 1), _MOST_TEXTS / GROUP))), examples.groups)
