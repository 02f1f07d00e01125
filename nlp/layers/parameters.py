"""All parameters of a model as one flat vector, with a named view for each tensor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from nlp.layers.arrays import Floats


class Parameters:
    """Tensors of a model, one after the other in `flat`.

    Optimizers, clipping, checkpoints and gradient checks see the vector; layers see the views. Names are
    dotted paths, `forward.0.W` say: `scope("forward.0")` is what that layer gets.

    Attributes: `flat` (P,), all values; `shapes`, of each tensor, in their order in `flat`.
    """

    def __init__(
        self,
        shapes: Mapping[str, Sequence[int]],
        dtype: npt.DTypeLike = np.float32,
        flat: Floats | None = None,
    ) -> None:
        """Lay the tensors over `flat`, or over zeros. Raises: ValueError if its size is another."""
        self.shapes = {name: tuple(shape) for name, shape in shapes.items()}
        size = sum(map(math.prod, self.shapes.values()))
        self.flat: Floats = np.zeros(size, dtype) if flat is None else flat
        if self.flat.shape != (size,):
            message = f"{size:,} values are needed, but {self.flat.size:,} given"
            raise ValueError(message)
        self._views: dict[str, Floats] = {}
        start = 0
        for name, shape in self.shapes.items():
            end = start + math.prod(shape)
            self._views[name] = self.flat[start:end].reshape(shape)
            start = end

    def __getitem__(self, name: str) -> Floats:
        """The tensor `name`, as a view. Raises: KeyError."""
        return self._views[name]

    def __contains__(self, name: object) -> bool:
        return name in self._views

    def scope(self, prefix: str) -> dict[str, Floats]:
        """The tensors whose names start with `prefix` and a dot, by the rest of their names, as views."""
        start = f"{prefix}."
        return {
            name.removeprefix(start): view for name, view in self._views.items() if name.startswith(start)
        }

    def like(self, flat: Floats | None = None) -> Self:
        """The same tensors over another vector, or over zeros: gradients, averages, moments."""
        return type(self)(self.shapes, self.flat.dtype, flat)

    def views(self) -> dict[str, Floats]:
        """Every tensor by its name."""
        return dict(self._views)
