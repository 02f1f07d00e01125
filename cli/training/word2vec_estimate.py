"""`nlptool w2v-train --dry-run`: the memory, disk space and time of a training."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cli.training.estimates import peak_bytes, rounded_seconds, seconds_per_step
from nlp.word2vec.held_out_loss import held_out_loss

if TYPE_CHECKING:
    from nlp.word2vec.word2vec import Preparation

_BYTES = 4  # of a float32 or int32
_FEW_CENTERS = 256


def estimate(preparation: Preparation, workers: int) -> dict[str, Any]:
    """The size of a training, the bytes that it needs, and the seconds of all its epochs on this machine."""
    run, corpus = preparation.run, preparation.corpus
    measured = seconds_per_step(lambda watch: preparation.train(workers, watch))
    steps = math.ceil(run.tokens_per_epoch / run.plan.step_tokens) * run.epochs
    matrices = [matrix.size for matrix in preparation.objective.matrices]
    memory = _memory_bytes(preparation)
    return {
        "words": corpus.words_seen,
        "vocabulary": len(corpus.vocabulary),
        "parameters": sum(matrices),
        "memory_bytes": memory,
        "temporary_bytes": _BYTES * corpus.length,
        "model_bytes": _BYTES * sum(matrices),
        "steps": steps,
        "workers": preparation.team_size(workers),
        "seconds": rounded_seconds(measured * steps),
    }


def _memory_bytes(preparation: Preparation) -> int:
    """The most memory that the training will need; call it after some steps.

    Memory counts once it is touched, and those steps did not touch all: so every matrix is read here, and the
    work at the end of an epoch is tried out on a small scale.
    """
    matrices, config, table = preparation.objective.matrices, preparation.config, preparation.table
    for matrix in matrices:
        matrix.sum()
    of_steps = peak_bytes()
    if table:
        table.compose_all(preparation.input_vectors)
    stopping = preparation.run.stopping
    if stopping is None or stopping.best_epoch or preparation.valid is None:  # or an epoch has ended already
        return peak_bytes()
    counts = preparation.corpus.vocabulary.counts
    with suppress(ValueError):  # so small a sample may hold no pair
        held_out_loss(matrices, counts, config, preparation.valid, table, most_centers=_FEW_CENTERS)
    best = sum(matrix.nbytes for matrix in matrices)  # a copy of the best; two while a better one replaces it
    return max(of_steps + best, peak_bytes()) + best
