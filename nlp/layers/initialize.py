"""Where the weights of a network start."""

from __future__ import annotations

import numpy as np

from nlp.layers.arrays import Floats


def uniform_(w: Floats, bound: float, generator: np.random.Generator) -> None:
    """Fill w uniformly from [-bound, bound).

    Draws are float32 whatever the dtype, so that a float64 run of the same seed starts at the same place.
    """
    w[...] = generator.random(w.shape, dtype=np.float32)
    w -= 0.5
    w *= 2 * bound


def orthogonal_(w: Floats, generator: np.random.Generator) -> None:
    """Fill each matrix with orthonormal rows or columns, whichever are fewer.

    A product of orthogonal matrices neither shrinks nor grows a vector, however many there are.

    Equation: w = Q diag(sign(diag R)),   Q R = A, the entries of A standard normal;
              with these signs every orthogonal matrix is equally probable
    Shapes:   w (…, D, H)
    Source:   Saxe, McClelland & Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in deep
              linear neural networks", §3; Mezzadri 2007, "How to generate random matrices from the classical
              compact groups", for the signs
    """
    rows, columns = w.shape[-2:]
    for index in np.ndindex(w.shape[:-2]):
        normal = generator.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
        w[index] = q if rows >= columns else q.T


def identity_(w: Floats) -> None:
    """Make each matrix the identity: what ReLU networks learn long sequences from.

    Shapes: w (…, H, H)
    Source: Le, Jaitly & Hinton 2015, "A simple way to initialize recurrent networks of rectified linear
            units", §2
    """
    w[...] = np.eye(w.shape[-1], dtype=w.dtype)
