"""Which epoch was the best on text that was held out, and when to give up waiting for a better one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.layers.arrays import Floats
from nlp.training.checkpoint import take_

_BEST = "best"


class EarlyStopping:
    """Takes the held-out loss after each epoch and keeps a copy of the best matrices so far.

    `patience` is the number of epochs in a row without a new best after which to stop (None: never).

    Attributes: `losses`, one after each epoch; `best_epoch`, counted from 1, 0 before any.

    Source: Prechelt 1998, "Early stopping - but when?"
    """

    def __init__(self, matrices: Sequence[Floats], patience: int | None = None) -> None:
        self.losses: list[float] = []
        self.best_epoch = 0
        self._matrices = matrices
        self._patience = patience
        self._best: list[Floats] = []

    def take(self, loss: float) -> bool:
        """Take the loss after an epoch; return whether to stop."""
        if not self.best_epoch or loss < self.losses[self.best_epoch - 1]:
            self.best_epoch = len(self.losses) + 1
            if not self._best:
                self._best = [np.empty_like(matrix) for matrix in self._matrices]
            for best, matrix in zip(self._best, self._matrices, strict=True):
                best[...] = matrix
        self.losses.append(loss)
        return self._patience is not None and len(self.losses) - self.best_epoch >= self._patience

    def restore_best_(self) -> None:
        """Put the matrices back to where they were after the best epoch."""
        for matrix, best in zip(self._matrices, self._best, strict=False):
            matrix[...] = best

    def figures(self) -> dict[str, Any]:
        """What `resume_` needs beside `arrays`, in types that JSON has."""
        return {"losses": self.losses, "best_epoch": self.best_epoch}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The best matrices so far, by name."""
        return {f"{_BEST}.{number}": matrix for number, matrix in enumerate(self._best)}

    def resume_(self, figures: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from an earlier run. Raises: LookupError, ValueError where these are no state of one."""
        self.losses, self.best_epoch = list(figures["losses"]), figures["best_epoch"]
        if None in self.losses or self.best_epoch > len(self.losses):
            raise ValueError(f"epoch {self.best_epoch} was the best of {len(self.losses)}")
        self._best = [matrix.copy() for matrix in self._matrices] if self.best_epoch else []
        for number, matrix in enumerate(self._best):
            take_(matrix, arrays[f"{_BEST}.{number}"])
