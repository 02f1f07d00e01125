"""Central differences: what every gradient written by hand is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]


def check_gradients(
    loss: Callable[[], float], parameters: Mapping[str, Array], gradients: Mapping[str, Array]
) -> None:
    """Compare each gradient with (L(w + h) - L(w - h)) / 2h, for every weight; h = 1e-5, float64.

    A parameter whose true gradient is zero everywhere fails: such a comparison would show nothing.
    """
    for name, w in parameters.items():
        assert w.dtype == np.float64, f"{name} is {w.dtype}; differences need float64"
        numeric = np.empty_like(w)
        for index in np.ndindex(w.shape):
            kept = w[index]
            w[index] = kept + 1e-5
            above = loss()
            w[index] = kept - 1e-5
            numeric[index] = (above - loss()) / 2e-5
            w[index] = kept
        scale = np.abs(numeric).max()
        assert scale > 1e-6, f"the true gradient of {name} is zero: this case shows nothing"
        worst = np.abs(gradients[name] - numeric).max() / scale
        assert worst < 1e-7, f"{name} differs by {worst:.2g} of its largest gradient"
