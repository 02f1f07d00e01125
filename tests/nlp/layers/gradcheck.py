"""Central differences: what every gradient written by hand is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]


_FEW = 12  # numbers of a tensor that are all moved one by one


def check_slopes(
    loss: Callable[[], float], parameters: Mapping[str, Array], gradients: Mapping[str, Array]
) -> None:
    """Compare each gradient g with slopes of the loss, (L(w + h d) - L(w - h d)) / 2h, for some d.

    A slope is Σ g d. In every place d is 1 or -1, drawn at random, but for its length: so a wrong number
    anywhere in g shows. It takes 8 losses a tensor, however large that is. This is for whole networks, whose
    layers `check_gradients` checks; their larger losses are rounded more.
    """
    generator = np.random.default_rng(0)
    for name, w in parameters.items():
        _compare(name, w, gradients[name], _across(w, generator), loss, 1e-6)


def check_gradients(
    loss: Callable[[], float], parameters: Mapping[str, Array], gradients: Mapping[str, Array]
) -> None:
    """Compare each gradient with (L(w + h) - L(w - h)) / 2h, for every weight; h = 1e-5, float64.

    Of a large tensor some weights are moved alone, drawn at random, and then all of them at once as
    `check_slopes` does it. A parameter whose true gradient is zero everywhere fails: such a comparison would
    show nothing.
    """
    generator = np.random.default_rng(0)
    for name, w in parameters.items():
        places = np.arange(w.size) if w.size <= _FEW else generator.choice(w.size, _FEW // 2, replace=False)
        alone = np.zeros((len(places), w.size))
        alone[np.arange(len(places)), places] = 1
        directions = alone.reshape(len(places), *w.shape)
        _compare(name, w, gradients[name], directions, loss, 1e-7)
        if w.size > _FEW:
            _compare(name, w, gradients[name], _across(w, generator), loss, 1e-7)


def _across(w: Array, generator: np.random.Generator) -> Array:
    """Four directions that move every weight."""
    directions: Array = generator.choice([-1.0, 1.0], (4, *w.shape)) / w.size**0.5
    return directions


def _compare(
    name: str, w: Array, gradient: Array, directions: Array, loss: Callable[[], float], limit: float
) -> None:
    assert w.dtype == np.float64, f"{name} is {w.dtype}; differences need float64"
    kept = w.copy()
    slopes = []
    for direction in directions:
        ends = []
        for h in (1e-5, -1e-5):
            w[...] = kept + h * direction
            ends.append(loss())
        slopes.append((ends[0] - ends[1]) / 2e-5)
    w[...] = kept
    found, numeric = np.array([(gradient * direction).sum() for direction in directions]), np.array(slopes)
    scale = np.abs(numeric).max()
    assert scale > 1e-6, f"the true gradient of {name} is zero: this case shows nothing"
    worst = np.abs(found - numeric).max() / scale
    assert worst < limit, f"{name} differs by {worst:.2g} of its largest gradient"
