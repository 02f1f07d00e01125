"""Word vectors learnt from the words around each word (word2vec): what trains them, and the result."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.data.corpus import Corpus
from nlp.data.token_stream import TokenStream, Window, keep_probabilities
from nlp.errors import InputError
from nlp.layers.arrays import Floats
from nlp.layers.random_streams import RandomStreams
from nlp.parallel.team import shared_array
from nlp.text.vocabulary import Vocabulary
from nlp.training.learner import Learner, Loss, Phase, Position
from nlp.training.loop import Curves, Watch, train
from nlp.training.progress import LossSum
from nlp.training.row_updates import StepPlan, update_tasks
from nlp.vectors.subwords import Subwords, SubwordTable
from nlp.word2vec.config import STABILITY, Sizes, Word2VecConfig
from nlp.word2vec.held_out_loss import MOST_CENTERS, held_out_loss
from nlp.word2vec.input_rows import subword_table
from nlp.word2vec.objective import make_objective, output_rows
from nlp.word2vec.steps import Steps, rate_at
from nlp.wording import Message, number_of

_INITIAL_WEIGHTS = 0  # purpose of the random numbers
_SMALLEST_STEP, _LEAST_CHUNK = 64, 512  # tokens
_CHUNKS = 4  # that a step is cut into for workers to share, as far as these have `_LEAST_CHUNK` tokens each
_FEW_CENTERS = 256
_SAMPLED_CHUNKS = 64  # from which the loss of the model that a training starts from is estimated


@dataclass(frozen=True)
class Word2Vec:
    """Trained vectors. A word's vector is its row of `input_vectors`; `output_vectors` predict with them.

    Attributes: `vocabulary` of V words; `input_vectors` (V, D) and `output_vectors` (V, D), or (V - 1, D), a
    row for each tree node, with loss hs, all float32; `config`; `plan`, how the corpus was cut into steps;
    `curves`, how the training went; `subwords`, the n-gram vectors from which unseen words get theirs, if
    they were asked for.
    """

    vocabulary: Vocabulary
    input_vectors: Floats
    output_vectors: Floats
    config: Word2VecConfig
    plan: StepPlan
    curves: Curves
    subwords: Subwords | None = None


@dataclass(frozen=True)
class EarlierModel:
    """What is left of an earlier training for a new one to continue from: see `Word2Vec`.

    `output_vectors` are None where only the vectors of words are left, as other tools write them: then new
    ones are learnt. `sha256` is that of the input vectors; `warnings` say what was odd about their file.
    """

    vocabulary: Vocabulary
    input_vectors: Floats
    output_vectors: Floats | None
    sha256: str
    warnings: Sequence[str] = ()


class WordVectorLearner(Learner[Window]):
    """Word vectors, a corpus and settings, made ready to train, in the steps of `Steps`.

    With an `earlier` model, training continues from its vectors; all its words must be in the corpus'
    vocabulary, as they are if it was encoded with them as `known`. `valid` is held-out text, encoded with the
    same vocabulary. `plan` and `stability` are for those who know better than `plan_steps` and `STABILITY`.

    Attributes: `input_vectors` and `output_vectors`, as a step moves them; `plan`, how an epoch is cut into
    steps; `kept`, how many tokens are expected to be left of an epoch after subsampling; `table`, the rows
    that make up each word, where there are subwords; `goes_on`, whether there was an earlier model.

    Raises: InputError where there is nothing to learn, or to evaluate
    Source: Mikolov, Sutskever, Chen, Corrado & Dean 2013, "Distributed representations of words and phrases
            and their compositionality"
    """

    prediction = "pair"
    # Rates that settled later have been seen at 1.13; four times the usual lr ended at 1.019.
    worst = 1.25, 1.025
    remedy = Message("a lower `lr` (a tenth of it, say)")

    def __init__(
        self,
        corpus: Corpus,
        config: Word2VecConfig,
        *,
        earlier: EarlierModel | None = None,
        valid: Corpus | None = None,
        plan: StepPlan | None = None,
        stability: float = STABILITY,
        table: SubwordTable | None = None,
    ) -> None:
        check_corpus(corpus, config)
        if valid and not valid.has_pairs:
            raise InputError(
                "no line of the held-out text has two words of the vocabulary: nothing to evaluate on"
            )
        self.corpus, self.config, self.valid = corpus, config, valid
        self.goes_on = earlier is not None
        self.epochs, self.tokens = config.epochs, corpus.words_seen
        counts, streams = corpus.vocabulary.counts, RandomStreams(config.seed)
        keep = keep_probabilities(corpus.occurrences, config.subsample)
        self.kept = float(np.dot(corpus.occurrences.astype(np.float64), keep))
        self.plan = plan or plan_steps(self.kept * config.epochs, config.sizes)
        self.steps_per_epoch = math.ceil(self.kept / self.plan.step_tokens)
        self.table = table or subword_table(config, corpus.vocabulary.words)
        self.input_vectors, self.output_vectors = _initial_vectors(
            self.table.size if self.table else len(counts),
            output_rows(config, len(counts)),
            config.dim,
            streams,
        )
        if earlier:
            rows = np.array([corpus.vocabulary.index[word] for word in earlier.vocabulary.words], np.int64)
            if self.table:
                self.table.decompose_(self.input_vectors, rows, earlier.input_vectors)
            else:
                self.input_vectors[rows] = earlier.input_vectors
            if earlier.output_vectors is not None:
                self.output_vectors[rows] = earlier.output_vectors
        self.objective = make_objective(
            self.input_vectors, self.output_vectors, counts, config, self.plan, streams, self.table
        )
        self.learnt = self.objective.matrices
        self._stream = TokenStream(corpus, keep, streams, self.plan.step_tokens, config.window)
        self._steps = Steps(self.objective, self.plan, config.window, stability)

    def steps(self, epoch: int, skip: int = 0) -> Iterator[Window]:
        """Read the tokens of each step, frequent words subsampled."""
        return self._stream.windows(epoch, skip)

    def place_(self, data: Window) -> None:
        """Copy the tokens of a step and of their contexts to where all workers see them."""
        self._steps.place_(data)

    def phases(self, workers: int) -> Sequence[Phase]:
        """Compute the gradients of chunks; then apply them, a part of the rows of a matrix at a time."""
        tasks = update_tasks(self.objective.rows_per_chunk, workers)

        def apply(at: Position, task: int) -> None:
            number, part, parts = tasks[task]
            self._steps.apply(number, self.learning_rate(at), part, parts)

        return Phase(self.plan.chunks, self._compute), Phase(len(tasks), apply)

    def losses(self, at: Position) -> Iterator[Loss]:
        """Of one chunk in sixteen: the loss of a chunk costs a fifth of training on it."""
        return self._steps.losses(at.number)

    def part_done(self, number: int) -> float:
        """The part of an epoch that is done, about: how many tokens an epoch keeps is an expectation."""
        return min(number * self.plan.step_tokens / self.kept, 1.0)

    def learning_rate(self, at: Position) -> float:
        """Falls along a line over all epochs, from the first rate to the last."""
        done = min(at.epoch + self.part_done(at.number), self.epochs) / self.epochs
        return rate_at(self.config, done)

    def arrays(self, at: Position) -> dict[str, npt.NDArray[Any]]:  # noqa: ARG002  nothing is carried from step to step
        """The matrices: all else follows from the position."""
        return {f"matrix.{number}": matrix for number, matrix in enumerate(self.objective.matrices)}

    def evaluate(self) -> float | None:
        """The exact loss of the held-out text, in one unit for every architecture and loss."""
        return None if self.valid is None else self._held_out_loss(self.valid)

    def team_size(self, workers: int) -> int:
        """A step has only so many chunks."""
        return min(workers, self.plan.chunks)

    def loss_before(self) -> float:
        """With an earlier model, the mean loss of chunks spread over the text; minus infinity without pairs.

        On this text and these settings, a model that was trained on other or little text, or with another
        window or other negatives, may be worse than an untrained one. That would be no sign of divergence.
        """
        total = LossSum()
        if not self.goes_on:
            return super().loss_before()
        stride = max(int(self.kept) // (self.plan.chunk_tokens * _SAMPLED_CHUNKS), 1)
        for number, window in islice(enumerate(self.steps(0)), None, None, stride):
            self.place_(window)
            for c in range(self.plan.chunks):
                self._compute(Position(number=number), c)
                nats, predictions, _ = self.objective.loss()
                total.add(float(nats), float(predictions))
        return total.mean(otherwise=-math.inf)

    def rehearse_epoch_end(self) -> int:
        """Compose the vectors of words; with held-out text, take the loss of little of it and keep a copy."""
        if self.table:
            self.table.compose_all(self.input_vectors)
        if self.valid is None:
            return 0
        with suppress(ValueError):  # so small a sample may hold no pair
            self._held_out_loss(self.valid, _FEW_CENTERS)
        return sum(matrix.nbytes for matrix in self.learnt)

    def model(self, curves: Curves) -> Word2Vec:
        """The vectors as they are after a training that went so."""
        table, vectors = self.table, self.input_vectors
        return Word2Vec(
            vocabulary=self.corpus.vocabulary,
            input_vectors=table.compose_all(vectors) if table else vectors,
            output_vectors=self.output_vectors,
            config=self.config,
            plan=self.plan,
            curves=curves,
            subwords=table.subwords(vectors) if table else None,
        )

    def _compute(self, at: Position, c: int) -> None:
        """Compute the gradients of the `c`-th chunk of a step."""
        self._steps.compute(at.epoch, at.number, c)

    def _held_out_loss(self, text: Corpus, most_centers: int = MOST_CENTERS) -> float:
        counts, matrices = self.corpus.vocabulary.counts, self.objective.matrices
        return held_out_loss(matrices, counts, self.config, text, self.table, most_centers=most_centers)


def train_word_vectors(
    corpus: Corpus,
    config: Word2VecConfig,
    *,
    workers: int = 1,
    watch: Watch | None = None,
    plan: StepPlan | None = None,
) -> Word2Vec:
    """Train word vectors on a corpus, all epochs of it; without a `plan`, its size decides on the steps."""
    learner = WordVectorLearner(corpus, config, plan=plan)
    return learner.model(train(learner, workers, watch))


def check_corpus(corpus: Corpus, config: Word2VecConfig) -> None:
    """Refuse a corpus from which nothing can be learnt.

    Raises: InputError for fewer than two words in the vocabulary, or no sentence of two of its words
    """
    words, least = len(corpus.vocabulary), config.min_count
    too_rare = f" over `min_count` {least}; lower it, or" if least > 1 else ";"
    if words < 2:
        raise InputError(
            Message(
                f"only {number_of(words, 'distinct word')}{too_rare} use more text; text without spaces "
                f"between its words goes through nlptool tokenize first"
            )
        )
    if not corpus.has_pairs:
        raise InputError(
            Message(
                f"no line has two words{too_rare} put whole sentences on a line or, for text without spaces, "
                f"run it through nlptool tokenize: no word has a context"
            )
        )


def plan_steps(tokens: float, sizes: Sizes) -> StepPlan:
    """Choose the size of a step for a training that will see `tokens` tokens, all epochs together.

    Large steps are fast and can be shared among workers; but a training needs some thousands of steps, so
    those of a small corpus have to be small. Sizes are powers of two, to change seldom as a corpus grows.
    """
    most = min(max(tokens / sizes.steps, _SMALLEST_STEP), sizes.largest)
    step = 2 ** int(math.log2(most))
    chunk = min(step, max(step // _CHUNKS, _LEAST_CHUNK), sizes.chunk)
    return StepPlan(chunk, step // chunk)


def _initial_vectors(words: int, outputs: int, dim: int, streams: RandomStreams) -> tuple[Floats, Floats]:
    """Small random input vectors and zero output vectors, as in word2vec.c, in memory that workers share.

    Equation: w ~ uniform(-1/2, 1/2) / D
    """
    input_vectors, output_vectors = shared_array((words, dim)), shared_array((outputs, dim))
    streams.at(_INITIAL_WEIGHTS).random(dtype=np.float32, out=input_vectors)
    input_vectors -= np.float32(0.5)
    input_vectors /= np.float32(dim)
    return input_vectors, output_vectors
