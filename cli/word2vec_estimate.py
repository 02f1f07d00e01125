"""`nlptool w2v-train --dry-run`: what a training would need and take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cli.estimates import peak_bytes, rounded_seconds, seconds_per_step

if TYPE_CHECKING:
    from nlp.models.word2vec import Preparation

_BYTES = 4  # of a float32 or int32


def estimate(preparation: Preparation, workers: int) -> dict[str, Any]:
    """The size of a training and what it takes: bytes, and seconds for all its epochs on this machine."""
    run, corpus = preparation.run, preparation.corpus
    measured = seconds_per_step(lambda watch: preparation.train(workers, watch))
    steps = math.ceil(run.tokens_per_epoch / run.plan.step_tokens) * run.epochs
    matrices = [matrix.size for matrix in preparation.objective.matrices]
    copies = 1 + (run.stopping is not None)  # of the matrices: the steps may not have touched all of them yet
    return {
        "words": corpus.words_seen,
        "vocabulary": len(corpus.vocabulary),
        "parameters": sum(matrices),
        "memory_bytes": peak_bytes() + copies * _BYTES * sum(matrices),
        "temporary_bytes": _BYTES * corpus.length,
        "model_bytes": _BYTES * sum(matrices),
        "steps": steps,
        "workers": preparation.team_size(workers),
        "seconds": rounded_seconds(measured * steps),
    }
