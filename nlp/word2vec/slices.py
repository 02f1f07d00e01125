"""Word vectors learnt in slices of a text, side by side, on machines that seldom speak to each other.

In a round, each slice is trained on by itself from the same weights, for a stretch of it; then what they all
learnt is put together. It is another training than the plain one, but the same wherever it is computed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.data.token_stream import TokenStream, keep_probabilities
from nlp.layers.arrays import Floats, Ids
from nlp.layers.random_streams import RandomStreams
from nlp.parallel.engine import Engine
from nlp.parallel.team import shared_array
from nlp.training.divergence import NotFiniteError
from nlp.training.learner import Learner, Loss, Phase, Position
from nlp.training.row_updates import StepPlan
from nlp.word2vec.combine import DampedSum, Doubles, Moves
from nlp.word2vec.config import STABILITY, Word2VecConfig
from nlp.word2vec.learner import WordVectorLearner
from nlp.word2vec.losses.negative_sampling import NoiseDistribution
from nlp.word2vec.objective import make_objective
from nlp.word2vec.slice_settings import SliceSettings
from nlp.word2vec.steps import Steps, rate_at
from nlp.wording import Message

_SOUGHT = 1000, 1 << 16  # values, at least and at most, within which a piece is to end with a sentence


@dataclass(frozen=True)
class Common:
    """What the trainings on all pieces have in common: the vocabulary's numbers, the settings, the steps.

    Attributes: `counts` (V,) of each word in the vocabulary, `occurrences` (V,) in the text.
    """

    counts: npt.NDArray[np.int64]
    occurrences: npt.NDArray[np.int64]
    config: Word2VecConfig
    plan: StepPlan


class Piece(NamedTuple):
    """What a round goes over of a slice.

    Attributes: `tokens`, as in a corpus; its `number` in the `epoch`, the address of its random numbers; the
    parts of the whole training that are done when it is `begun`, and when it is `ended`.
    """

    tokens: Ids
    epoch: int
    number: int
    begun: float
    ended: float


class Learnt(NamedTuple):
    """What was learnt of a piece: the moves of the input and the output matrix, and the losses summed."""

    moves: Sequence[Moves]
    loss: Loss


def train_piece(weights: Sequence[Floats], common: Common, piece: Piece) -> Learnt:
    """Train on a piece, from these weights: a pure function, which any process may compute."""
    trainer = getattr(_LAST, "trainer", None)
    if trainer is None or trainer.common is not common:
        trainer = _LAST.trainer = _Trainer(common)
    with np.errstate(over="ignore", invalid="ignore"):  # what diverges is told in words, by the leader
        learnt: Learnt = trainer.train(weights, piece)
    return learnt


_LAST = threading.local()
"""The last trainer of this process, since it is worth keeping; a thread of a cluster has its own."""


class _Trainer:
    """The tables and the room that training on a piece takes."""

    def __init__(self, common: Common) -> None:
        config, plan, words = common.config, common.plan, len(common.counts)
        self.common = common
        self._keep = keep_probabilities(common.occurrences, config.subsample)
        self._streams = _StreamsOfPieces(config.seed)
        self._matrices = [np.empty((words, config.dim), np.float32) for _ in range(2)]
        self._pulls: list[Doubles] = [np.zeros(words) for _ in self._matrices]
        inputs, outputs = self._matrices
        objective = make_objective(inputs, outputs, common.counts.tolist(), config, plan, self._streams)
        self._steps = Steps(objective, plan, config.window, STABILITY)

    def train(self, weights: Sequence[Floats], piece: Piece) -> Learnt:
        """Go over the piece once."""
        for matrix, pulls, start in zip(self._matrices, self._pulls, weights, strict=True):
            matrix[...], pulls[...] = start, 0
        losses = self._go_over(piece)
        moved = zip(self._matrices, self._pulls, weights, strict=True)
        return Learnt([_moves(matrix, pulls, start) for matrix, pulls, start in moved], losses)

    def _go_over(self, piece: Piece) -> Loss:
        common, steps, self._streams.piece = self.common, self._steps, piece.number
        plan, config, text = common.plan, common.config, _Tokens(piece.tokens)
        stream = TokenStream(text, self._keep, self._streams, plan.step_tokens, config.window)
        kept = max(float(self._keep[text.words].sum(dtype=np.float64)), 1.0)
        losses = np.zeros(3)
        for number, window in enumerate(stream.windows(piece.epoch)):
            done = min(number * plan.step_tokens / kept, 1.0)
            rate = rate_at(config, piece.begun + (piece.ended - piece.begun) * done)
            steps.place_(window)
            for c in range(plan.chunks):
                if c * plan.chunk_tokens < window.centers:
                    steps.compute(piece.epoch, number, c)
                else:
                    steps.leave_out(c)
            for matrix, pulls in enumerate(self._pulls):
                rows, pull = steps.apply(matrix, rate)
                pulls[rows] += pull
            losses += np.sum([(0, 0, 0), *steps.losses(number)], axis=0)
        return Loss(*losses.tolist())


def _moves(matrix: Floats, pulls: Doubles, start: Floats) -> Moves:
    """What moved, in half the bits of a weight: no loss was seen, and half as much has to be sent."""
    rows = np.flatnonzero(pulls)
    deltas = matrix[rows] - start[rows]
    return Moves(rows.astype(np.int32), deltas.astype(np.float16), pulls[rows].astype(np.float32))


class _Tokens:
    """Tokens in memory, to be read as a corpus is."""

    def __init__(self, tokens: Ids) -> None:
        self._tokens = tokens
        self.words = tokens[tokens >= 0]
        self.length = len(tokens)

    def read(self, start: int, count: int) -> Ids:
        """Values `start` to `start + count`, fewer at the end."""
        return self._tokens[start : start + count]


class _StreamsOfPieces(RandomStreams):
    """Random numbers of which each piece has its own."""

    piece = 0

    def at(self, purpose: int, epoch: int = 0, number: int = 0) -> np.random.Generator:
        """Return the generator at the start of a stream of this piece."""
        return super().at(purpose, epoch, (self.piece << 32) + number)


class Round(NamedTuple):
    """Where the pieces of a round begin and end in the text (S, 2)."""

    bounds: npt.NDArray[np.int64]


class SlicedLearner(Learner[Round]):
    """Word vectors that are learnt in slices of their text; a step is a round.

    The `whole` learner has the weights, the text and the held-out text. Pieces are trained on by an engine;
    what comes of them is added up in the order of the slices, whoever computed it, and in float64. So the
    result is the same for any engine, and any number of its workers.

    Raises: SettingError for what cannot be learnt in slices
    """

    def __init__(self, whole: WordVectorLearner, slices: SliceSettings, engine: Engine) -> None:
        config, corpus = slices.fitted(whole.config), whole.corpus
        self.whole, self.slices = whole, slices
        self.epochs, self.tokens, self.learnt = whole.epochs, whole.tokens, whole.learnt
        self.prediction, self.worst = whole.prediction, whole.worst
        self.remedy = Message("fewer `slices`, more `rounds`, or a lower `lr` (a tenth of it, say)")
        self.steps_per_epoch = slices.rounds
        self._config, self._engine = config, engine
        counts = np.array(corpus.vocabulary.counts, np.int64)
        self._common = engine.share(Common(counts, corpus.occurrences, config, whole.plan))
        self._shares = _shares_of_predictors(counts, corpus.occurrences, config)
        self._sums = [DampedSum(*matrix.shape) for matrix in whole.learnt]
        self._bounds: npt.NDArray[np.int64] = shared_array((slices.slices, 2), np.int64)
        self._losses: Doubles = shared_array((slices.slices, 3), np.float64)
        self._is_finite: npt.NDArray[np.bool_] = shared_array((1,), np.bool_)

    def steps(self, epoch: int, skip: int = 0) -> Iterator[Round]:  # noqa: ARG002  all epochs are cut alike
        """Find where the pieces of each round are: the slices of the text are cut into one for each round."""
        slices, rounds = self.slices.slices, self.slices.rounds
        for number in range(skip, rounds):
            firsts = [one * rounds + number for one in range(slices)]
            bounds = [[self._cut(place, slices * rounds) for place in (n, n + 1)] for n in firsts]
            yield Round(np.array(bounds, np.int64))

    def place_(self, data: Round) -> None:
        """Note where the pieces are."""
        self._bounds[...] = data.bounds

    def phases(self, workers: int) -> Sequence[Phase]:  # noqa: ARG002  the engine's workers compute
        """Train on the pieces and add up; then move the weights. The leader alone does both."""
        return Phase(1, self._learn), Phase(1, self._move)

    def losses(self, at: Position) -> Iterator[Loss]:  # noqa: ARG002  each step writes all
        """A sum of each piece. Raises: NotFiniteError where the weights could not be moved."""
        if not self._is_finite[0]:
            raise NotFiniteError("the sum of what the slices learnt")
        yield from (Loss(*loss) for loss in self._losses.tolist())

    def part_done(self, number: int) -> float:
        """All pieces of an epoch are of about one length."""
        return min(number / self.slices.rounds, 1.0)

    def learning_rate(self, at: Position) -> float:
        """That at the beginning of a round: it falls on each piece as it does on the text."""
        return rate_at(self._config, self._done(at.epoch, at.number))

    def arrays(self, at: Position) -> Mapping[str, npt.NDArray[Any]]:
        """The matrices: all else follows from the position."""
        return self.whole.arrays(at)

    def evaluate(self) -> float | None:
        """The exact loss of the held-out text."""
        return self.whole.evaluate()

    def team_size(self, workers: int) -> int:  # noqa: ARG002  the same for any number
        """The leader, who has the engine compute."""
        return 1

    def processes(self, workers: int) -> int:  # noqa: ARG002  the engine has its own
        """The workers of the engine, of whom a round has work for one a slice."""
        return min(self._engine.workers, self.slices.slices)

    def loss_before(self) -> float:
        """With an earlier model, the mean loss of chunks spread over the text."""
        return self.whole.loss_before()

    def rehearse_epoch_end(self) -> int:
        """With held-out text, take the loss of little of it and keep a copy."""
        return self.whole.rehearse_epoch_end()

    def _learn(self, at: Position, _task: int) -> None:
        for one in self._sums:
            one.clear_()
        weights = self._engine.share(tuple(self.learnt))
        tasks = ((weights, self._common, piece) for piece in self._pieces(at))
        for number, (moves, loss) in enumerate(self._engine.map(train_piece, tasks)):
            for one, of_piece in zip(self._sums, moves, strict=True):
                one.add_(of_piece)
            self._losses[number] = loss
            del moves, of_piece  # the memory of one piece is given back before the next one comes

    def _move(self, _at: Position, _task: int) -> None:
        inputs, outputs = self.learnt
        of_inputs, of_outputs = self._sums
        as_outputs, as_inputs = self._shares
        curvatures = of_outputs.curvature(outputs, as_outputs), of_inputs.curvature(inputs, as_inputs)
        self._is_finite[0] = all(np.isfinite(C).all() for C in curvatures)
        if self._is_finite[0]:
            of_inputs.move_(inputs, curvatures[0])
            of_outputs.move_(outputs, curvatures[1])

    def _pieces(self, at: Position) -> Iterator[Piece]:
        begun, ended = (self._done(at.epoch, number) for number in (at.number, at.number + 1))
        for one, (start, end) in enumerate(self._bounds.tolist()):
            tokens = self.whole.corpus.read(start, end - start)
            yield Piece(tokens, at.epoch, one * self.slices.rounds + at.number, begun, ended)

    def _done(self, epoch: int, number: int) -> float:
        return min((epoch + self.part_done(number)) / self.epochs, 1.0)

    def _cut(self, number: int, pieces: int) -> int:
        """Where a piece of so many begins: where a sentence does, if one ends within half a piece or so."""
        length = self.whole.corpus.length
        even = length * number // pieces
        if even in {0, length}:
            return even
        least, most = _SOUGHT
        sought = self.whole.corpus.read(even - 1, min(max(length // pieces // 2, least), most))
        ends = np.flatnonzero(sought < 0)
        return even + int(ends[0]) if len(ends) else even


def _shares_of_predictors(
    counts: npt.NDArray[np.int64], occurrences: npt.NDArray[np.int64], config: Word2VecConfig
) -> tuple[Doubles, Doubles]:
    """How often a vector meets each row: an input vector those of outputs, an output vector those of inputs.

    Equation: q = (K noise + p) / (K + 1) of outputs; p of inputs, the share of each word in the tokens kept
    """
    kept = occurrences.astype(np.float64) * keep_probabilities(occurrences, config.subsample)
    p = kept / kept.sum()
    noise, K = NoiseDistribution(counts, config.noise_power).probabilities, config.negatives
    return (K * noise + p) / (K + 1), p
