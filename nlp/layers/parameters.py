"""All parameters of a model as one flat vector, with a named view for each tensor."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats

Shapes = Mapping[str, Sequence[int]]


class Parameters:
    """Tensors of a model, one after the other in `flat`, and those that are averaged, in `averages`.

    Optimizers, clipping, checkpoints and gradient checks see the vector; layers see the views. Names are
    dotted paths, `forward.0.W` say: `scope("forward.0")` is what that layer gets.

    What batch normalisation uses outside training, the running means and variances, has no gradient: training
    averages over the batches what each of them observes. So where parameters hold an average, their gradient
    holds what its batch has observed.

    Attributes: `flat` (P,), all values that gradients move; `shapes`, of each tensor, in their order in
    `flat`; `averages` (A,), all values that are averaged, of the tensors of `averaged`; mostly A = 0.
    """

    def __init__(
        self,
        shapes: Shapes,
        dtype: npt.DTypeLike = np.float32,
        flat: Floats | None = None,
        *,
        averaged: Shapes | None = None,
        averages: Floats | None = None,
    ) -> None:
        """Lay the tensors over given vectors, or over zeros. Raises: ValueError if they have another size."""
        self.shapes, self.averaged = dict(shapes), dict(averaged or {})
        self.flat, views = _laid_over(flat, self.shapes, dtype)
        self.averages, others = _laid_over(averages, self.averaged, dtype)
        self._views = views | others

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

    def like(self, allocate: Callable[[tuple[int, ...], np.dtype[Any]], Floats] = np.zeros) -> Self:
        """The same tensors over vectors that `allocate` makes, by default zeros: gradients, moments."""
        flat, averages = (allocate(vector.shape, vector.dtype) for vector in (self.flat, self.averages))
        return type(self)(self.shapes, flat.dtype, flat, averaged=self.averaged, averages=averages)

    def views(self) -> dict[str, Floats]:
        """Every tensor by its name."""
        return dict(self._views)


def _laid_over(
    vector: Floats | None, shapes: Shapes, dtype: npt.DTypeLike
) -> tuple[Floats, dict[str, Floats]]:
    """The vector, zeros if it is None, and a view of it for each tensor."""
    size = sum(map(math.prod, shapes.values()))
    flat: Floats = np.zeros(size, dtype) if vector is None else vector
    if flat.shape != (size,):
        raise ValueError(f"{size:,} values are needed, but {flat.size:,} given")
    views, start = {}, 0
    for name, shape in shapes.items():
        end = start + math.prod(shape)
        views[name] = flat[start:end].reshape(tuple(shape))
        start = end
    return flat, views
