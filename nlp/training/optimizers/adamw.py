"""Adam with decay of the matrices, beside their gradients."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import prod

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats
from nlp.layers.parameters import Shapes
from nlp.training.optimizers.adam import Adam
from nlp.training.optimizers.optimizer import Step, blocks_of, in_tasks

BETA2 = 0.99
"""For some thousand steps, of a few thousand tokens each: a memory of a hundred steps."""


class AdamW(Adam):
    """AdamW, for the tensors of these `shapes`, one after the other: matrices decay, gains and biases do not.

    Equation: w -= lr (m̂ / (√v̂ + ε) + λ w), the moments those of `Adam`; λ is `decay`
    Source:   Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2
    """

    def __init__(self, shapes: Shapes, dtype: npt.DTypeLike = np.float32, decay: float = 0.0) -> None:
        sizes = [prod(shape) for shape in shapes.values()]
        super().__init__(sum(sizes), dtype, BETA2)
        self._starts = list(accumulate(sizes[:-1], initial=0))
        self.decay = decay
        self._decays = [decay if len(shape) > 1 else 0.0 for shape in shapes.values()]
        bounds = zip(self._starts, sizes, strict=True)
        self.tasks = in_tasks([block for start, size in bounds for block in blocks_of(start, start + size)])

    def update_(self, part: slice, weights: Floats, gradient: Floats, scratch: Floats, step: Step) -> None:
        """Let a slice of one tensor decay, then move it as `Adam` does."""
        decay = self._decays[bisect_right(self._starts, part.start) - 1]
        if decay:
            weights *= 1 - step.rate * decay
        super().update_(part, weights, gradient, scratch, step)
