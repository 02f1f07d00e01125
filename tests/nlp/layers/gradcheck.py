"""Central differences: what every gradient written by hand is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]


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
        kept = w.copy()
        directions = generator.choice([-1.0, 1.0], (4, *w.shape)) / w.size**0.5
        slopes = []
        for direction in directions:
            ends = []
            for h in (1e-5, -1e-5):
                w[...] = kept + h * direction
                ends.append(loss())
            slopes.append((ends[0] - ends[1]) / 2e-5)
        w[...] = kept
        found = np.array([(gradients[name] * direction).sum() for direction in directions])
        _compare(name, w, found, np.array(slopes), 1e-6)


def check_gradients(
    loss: Callable[[], float], parameters: Mapping[str, Array], gradients: Mapping[str, Array]
) -> None:
    """Compare each gradient with (L(w + h) - L(w - h)) / 2h, for every weight; h = 1e-5, float64.

    A parameter whose true gradient is zero everywhere fails: such a comparison would show nothing.
    """
    for name, w in parameters.items():
        numeric = np.empty_like(w)
        for index in np.ndindex(w.shape):
            kept = w[index]
            w[index] = kept + 1e-5
            above = loss()
            w[index] = kept - 1e-5
            numeric[index] = (above - loss()) / 2e-5
            w[index] = kept
        _compare(name, w, gradients[name], numeric)


def _compare(name: str, w: Array, found: Array, numeric: Array, limit: float = 1e-7) -> None:
    assert w.dtype == np.float64, f"{name} is {w.dtype}; differences need float64"
    scale = np.abs(numeric).max()
    assert scale > 1e-6, f"the true gradient of {name} is zero: this case shows nothing"
    worst = np.abs(found - numeric).max() / scale
    assert worst < limit, f"{name} differs by {worst:.2g} of its largest gradient"
