"""Word vectors learnt from the words around each word (word2vec): setting a training up, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nlp.data.token_stream import TokenStream, keep_probabilities
from nlp.errors import InputError
from nlp.layers.random_streams import RandomStreams
from nlp.training.early_stopping import EarlyStopping
from nlp.training.schedules import linear_decay
from nlp.training.step_loop import Run, Watch, train_synchronously
from nlp.training.team import shared_array
from nlp.word2vec.config import STABILITY, Word2VecConfig, plan_steps
from nlp.word2vec.held_out_loss import held_out_loss
from nlp.word2vec.objectives import make_objective, output_rows, subword_table
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.data.token_file import TokenFile
    from nlp.layers.arrays import Floats
    from nlp.text.vocabulary import Vocabulary
    from nlp.training.row_updates import ChunkObjective, StepPlan
    from nlp.vectors.subwords import Subwords, SubwordTable

_INITIAL_WEIGHTS = 0  # purpose of the random numbers


@dataclass(frozen=True)
class Word2Vec:
    """Trained vectors. A word's vector is its row of `input_vectors`; `output_vectors` predict with them.

    Attributes: `vocabulary` of V words; `input_vectors` (V, D) and `output_vectors` (V, D), or (V - 1, D), a
    row for each tree node, with loss hs, all float32; `config`; `plan`, how the corpus was cut into steps;
    `epoch_losses`, the mean loss of each epoch in nats a prediction; `valid_losses`, the loss of the held-out
    text, if any, after each epoch; `best_epoch`, counted from 1, the epoch whose vectors these are;
    `subwords`, the n-gram vectors from which unseen words get theirs, if they were asked for.
    """

    vocabulary: Vocabulary
    input_vectors: Floats
    output_vectors: Floats
    config: Word2VecConfig
    plan: StepPlan
    epoch_losses: Sequence[float]
    valid_losses: Sequence[float]
    best_epoch: int
    subwords: Subwords | None = None


@dataclass(frozen=True)
class EarlierModel:
    """What is left of an earlier training for a new one to continue from: see `Word2Vec`."""

    vocabulary: Vocabulary
    input_vectors: Floats
    output_vectors: Floats


@dataclass(frozen=True)
class Preparation:
    """A training that is ready to start: see `prepare`."""

    corpus: TokenFile
    config: Word2VecConfig
    input_vectors: Floats
    output_vectors: Floats
    objective: ChunkObjective
    run: Run
    table: SubwordTable | None = None
    valid: TokenFile | None = None

    def team_size(self, workers: int) -> int:
        """How many workers there is work for: a step has only so many chunks."""
        return min(workers, self.run.plan.chunks)

    def train(self, workers: int = 1, watch: Watch | None = None) -> Word2Vec:
        """Train; the result does not depend on `workers`, nor on interruptions.

        Raises: DivergedError where training runs away; WorkerError where a worker died; whatever `watch`
                raises.
        """
        losses = train_synchronously(self.objective, self.run, self.team_size(workers), watch)
        stopping = self.run.stopping
        return Word2Vec(
            vocabulary=self.corpus.vocabulary,
            input_vectors=self.table.compose_all(self.input_vectors) if self.table else self.input_vectors,
            output_vectors=self.output_vectors,
            config=self.config,
            plan=self.run.plan,
            epoch_losses=losses,
            valid_losses=stopping.losses if stopping else (),
            best_epoch=stopping.best_epoch if stopping else len(losses),
            subwords=self.table.subwords(self.input_vectors) if self.table else None,
        )


def prepare(
    corpus: TokenFile,
    config: Word2VecConfig,
    *,
    earlier: EarlierModel | None = None,
    valid: TokenFile | None = None,
    patience: int | None = None,
) -> Preparation:
    """Lay out the matrices and the steps of a training on `corpus`.

    With an `earlier` model, training continues from its vectors; the corpus must have been encoded with its
    words as `known`. With held-out text in `valid`, the vectors of the best epoch are kept, and training ends
    after `patience` epochs in a row without a better one.

    Raises: InputError where there is nothing to learn, or to evaluate
    """
    check_corpus(corpus, config)
    if valid and not valid.has_pairs:
        message = "no line of the held-out text has two words of the vocabulary: nothing to evaluate on"
        raise InputError(message)
    streams = RandomStreams(config.seed)
    keep = keep_probabilities(corpus.occurrences, config.subsample)
    kept = float(np.dot(corpus.occurrences.astype(np.float64), keep))
    plan = plan_steps(kept * config.epochs, config.sizes)
    counts = corpus.vocabulary.counts
    table = subword_table(config, corpus.vocabulary.words)
    input_vectors, output_vectors = _initial_vectors(
        table.size if table else len(counts), output_rows(config, len(counts)), config.dim, streams
    )
    if earlier:
        rows = [corpus.vocabulary.index[word] for word in earlier.vocabulary.words]
        input_vectors[rows], output_vectors[rows] = earlier.input_vectors, earlier.output_vectors
    objective = make_objective(input_vectors, output_vectors, counts, config, plan, streams, table)
    run = Run(
        stream=TokenStream(corpus, keep, streams, plan.step_tokens, config.window),
        plan=plan,
        halo=config.window,
        epochs=config.epochs,
        tokens_per_epoch=kept,
        words_per_epoch=corpus.words_seen,
        learning_rate=partial(linear_decay, config.first_lr, min(config.final_lr, config.first_lr)),
        stability=STABILITY,
        stopping=_stopping(objective, counts, config, valid, patience, table) if valid else None,
        goes_on=earlier is not None,
    )
    return Preparation(corpus, config, input_vectors, output_vectors, objective, run, table, valid)


def _stopping(
    objective: ChunkObjective,
    counts: Sequence[int],
    config: Word2VecConfig,
    valid: TokenFile,
    patience: int | None,
    table: SubwordTable | None,
) -> EarlyStopping:
    matrices = objective.matrices
    return EarlyStopping(partial(held_out_loss, matrices, counts, config, valid, table), matrices, patience)


def train(
    corpus: TokenFile, config: Word2VecConfig, *, workers: int = 1, watch: Watch | None = None
) -> Word2Vec:
    """Train word vectors: `prepare`, then `Preparation.train`.

    Source: Mikolov, Sutskever, Chen, Corrado & Dean 2013, "Distributed representations of words and phrases
            and their compositionality"
    """
    return prepare(corpus, config).train(workers, watch)


def check_corpus(corpus: TokenFile, config: Word2VecConfig) -> None:
    """Refuse a corpus from which nothing can be learnt.

    Raises: InputError for fewer than two words in the vocabulary, or no sentence of two of its words
    """
    words, least = len(corpus.vocabulary), config.min_count
    too_rare = f" over --min-count {least}; lower it, or" if least > 1 else ";"
    if words < 2:
        message = f"only {number_of(words, 'distinct word')}{too_rare} use more text"
        raise InputError(message)
    if not corpus.has_pairs:
        message = (
            f"no line has two words{too_rare} put whole sentences on a line or, for text without spaces, "
            f"run it through nlptool tokenize: no word has a context"
        )
        raise InputError(message)


def _initial_vectors(words: int, outputs: int, dim: int, streams: RandomStreams) -> tuple[Floats, Floats]:
    """Small random input vectors and zero output vectors, as in word2vec.c, in memory that workers share.

    Equation: w ~ uniform(-1/2, 1/2) / D
    """
    input_vectors, output_vectors = shared_array((words, dim)), shared_array((outputs, dim))
    streams.at(_INITIAL_WEIGHTS).random(dtype=np.float32, out=input_vectors)
    input_vectors -= np.float32(0.5)
    input_vectors /= np.float32(dim)
    return input_vectors, output_vectors
