"""`nlptool rnn-train --dry-run`: the memory, disk space and time of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.training.estimates import peak_bytes, rounded_seconds, seconds_per_step

if TYPE_CHECKING:
    from nlp.training.language_training import LanguagePreparation


def estimate(preparation: LanguagePreparation, workers: int) -> dict[str, Any]:
    """The size of a training, the bytes that it needs, and the seconds of all its epochs on this machine.

    The seconds are of training steps only: an evaluation on --valid after each epoch comes on top.
    """
    run, parameters = preparation.run, preparation.model.parameters.flat
    alone = peak_bytes()
    measured = seconds_per_step(lambda watch: preparation.train(workers, watch))
    peak = peak_bytes()
    best = parameters.nbytes if run.stopping else 0  # a copy of the best weights, made at the end of an epoch
    others = (preparation.team_size(workers) - 1) * max(peak - alone, 0)
    return {
        "tokens": preparation.text.length,
        "vocabulary": len(preparation.text.vocabulary),
        "parameters": parameters.size,
        "memory_bytes": peak + best + others,
        "temporary_bytes": preparation.text.storage.size,
        "model_bytes": parameters.nbytes,
        "steps": preparation.steps,
        "workers": preparation.team_size(workers),
        "seconds": rounded_seconds(measured * preparation.steps),
    }
