"""Batch normalisation of one array, with the masked rows of ragged batches left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlp.layers.arrays import Floats

EPSILON = 1e-5


@dataclass(frozen=True)
class Moments:
    """Mean μ and variance σ² of the places that were normalised together, both (…, 1, H)."""

    mean: Floats
    variance: Floats

    @property
    def scale(self) -> Floats:
        """1 / √(σ² + ε)."""
        scale: Floats = 1 / np.sqrt(self.variance + EPSILON)
        return scale


def normalise_(x: Floats, mask: Floats | None = None) -> Moments:
    """Give every feature mean 0 and variance 1 over the places that count, in place.

    Equation: x ← (x - μ) / √(σ² + ε),   μ = Σ_n m_n x_n / Σ_n m_n,   σ² = Σ_n m_n (x_n - μ)² / Σ_n m_n
    Shapes:   x (…, N, H), zero afterwards where masked; mask (…, N, 1), 0 or 1, not all 0 along N
    Source:   Ioffe & Szegedy 2015, "Batch normalization: accelerating deep network training by reducing
              internal covariate shift", algorithm 1
    """
    mean = _mean(x, mask)
    x -= mean
    if mask is not None:
        x *= mask
    places = x.shape[-2] if mask is None else mask.sum(axis=-2, keepdims=True)
    squares: Floats = np.einsum("...nh,...nh->...h", x, x)[..., None, :]
    moments = Moments(mean, squares / places)
    x *= moments.scale
    return moments


def normalise_by_(x: Floats, moments: Moments) -> None:
    """Normalise by moments that are known, in place: x ← (x - μ) / √(σ² + ε)."""
    x -= moments.mean
    x *= moments.scale


def normalise_backward_(
    dy: Floats, y: Floats, moments: Moments, gamma: Floats, mask: Floats | None = None
) -> Floats:
    """Replace the gradient of γ y, y being the normalised x, by that of x; return dγ for every group.

    Equation: dx = γ / √(σ² + ε) (dy - mean(dy) - y mean(dy y)),   dγ = Σ_n dy_n y_n,   means over N
    Shapes:   dy, y (…, N, H), both zero where masked, y overwritten; gamma (…, 1, H) -> dγ (…, 1, H)
    Source:   Ioffe & Szegedy 2015, §3, the chain rule through μ and σ²
    """
    d_gamma: Floats = np.einsum("...nh,...nh->...h", dy, y)[..., None, :]
    places = dy.shape[-2] if mask is None else mask.sum(axis=-2, keepdims=True)
    dy -= dy.sum(axis=-2, keepdims=True) / places
    y *= d_gamma / places
    dy -= y
    dy *= gamma * moments.scale
    if mask is not None:
        dy *= mask
    return d_gamma


def _mean(x: Floats, mask: Floats | None) -> Floats:
    mean: Floats
    if mask is None:
        mean = x.mean(axis=-2, keepdims=True)
    else:
        mean = np.einsum("...nh,...nk->...kh", x, mask) / mask.sum(axis=-2, keepdims=True)
    return mean
