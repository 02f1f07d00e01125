"""Dropout: noise in training that leaves expectations as they are."""

from __future__ import annotations

import numpy as np

from nlp.layers.arrays import Floats
from nlp.layers.workspace import Workspace


def dropout_mask(
    shape: tuple[int, ...], rate: float, generator: np.random.Generator, workspace: Workspace
) -> Floats:
    """Draw the mask that a layer's values, and on the way back their gradients, are multiplied by.

    This is inverted dropout: what is kept is scaled up in training, so that each value keeps its expectation
    and nothing needs to be done when the model is used.

    Equation: m = 1 / (1 - rate) with probability 1 - rate, else 0
    Shapes:   -> `shape`, a buffer of `workspace`
    Raises:   ValueError if `rate` is not in [0, 1)
    Source:   Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting",
              §10; Zaremba, Sutskever & Vinyals 2014, "Recurrent neural network regularization", §3.2, for
              where to put it: between layers, never on the way from step to step
    """
    if not 0 <= rate < 1:
        raise ValueError(f"dropout rate {rate} is not in [0, 1)")
    mask = workspace("mask", *shape)
    drawn = workspace("drawn", *shape)
    # float32 draws whatever the dtype: a float64 run of the same seed drops the same places.
    if drawn.dtype == np.float32:
        generator.random(out=drawn, dtype=np.float32)
    else:
        drawn[...] = generator.random(shape, dtype=np.float32)
    np.greater_equal(drawn, np.float32(rate), out=mask, casting="unsafe")
    mask *= 1 / (1 - rate)
    return mask


def dropout_(x: Floats, mask: Floats | None) -> Floats:
    """Multiply x by a mask in place, unless there is none; return x. The way back is the same."""
    if mask is not None:
        x *= mask
    return x
