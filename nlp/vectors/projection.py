"""High-dimensional vectors as points in the plane, for the eye."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from nlp.errors import NlpError
from nlp.layers.arrays import Floats
from nlp.wording import Message, to_install

PCA, TSNE = "pca", "tsne"
MIN_POINTS = 3


def project(vectors: Floats, method: str = PCA, seed: int = 1) -> Floats:
    """Points (N, 2) for vectors (N, D). Raises: NlpError for fewer than three, or an absent extra."""
    if len(vectors) < MIN_POINTS:
        raise NlpError(f"a map needs at least {MIN_POINTS} points; got {len(vectors)}")
    return tsne(vectors, seed) if method == TSNE else principal_components(vectors)


def principal_components(vectors: Floats) -> Floats:
    """Coordinates along the two directions in which the vectors differ most (PCA).

    The sign of a direction is arbitrary: its largest entry is made positive, so that a map comes out the same
    everywhere. Where the vectors differ along a direction by no more than rounding, the coordinates are 0.

    Equation: X − mean = A S Bᵀ (singular values falling);   points = A S, first two columns
    Shapes:   vectors (N, D) -> (N, 2)
    Source:   Pearson 1901, "On lines and planes of closest fit to systems of points in space"
    """
    centered = vectors - vectors.mean(axis=0)
    left, singular, directions = np.linalg.svd(centered, full_matrices=False)
    points = np.zeros((len(vectors), 2), vectors.dtype)
    noise = singular.max(initial=0) * max(centered.shape) * np.finfo(singular.dtype).eps
    for axis in np.flatnonzero(singular[:2] > noise):
        direction = directions[axis]
        sign = np.sign(direction[np.abs(direction).argmax()])
        points[:, axis] = sign * left[:, axis] * singular[axis]
    return points


def tsne(vectors: Floats, seed: int = 1) -> Floats:
    """t-SNE, by scikit-learn: near neighbours stay near; distances between clusters mean little.

    Raises: NlpError where scikit-learn is not installed
    Source: van der Maaten & Hinton 2008, "Visualizing data using t-SNE"
    """
    try:
        from sklearn.manifold import TSNE as Embedding  # noqa: N811  a class, called as the method is known
    except ImportError as error:
        raise NlpError(
            Message(
                "t-SNE needs scikit-learn; {install}, or use `method` pca", install=to_install("scikit-learn")
            )
        ) from error
    perplexity = min(30.0, (len(vectors) - 1) / 3)
    embedding = Embedding(
        n_components=2, perplexity=perplexity, init="pca", random_state=seed, metric="cosine"
    )
    with import_module("threadpoolctl").threadpool_limits(
        1
    ):  # threads that wait for one another on a busy machine cost minutes
        points: Floats = embedding.fit_transform(vectors)
    return points
