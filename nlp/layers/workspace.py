"""Buffers that a layer asks for by name, so that the second batch allocates nothing."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats


class Workspace:
    """Named buffers of one dtype, grown when a larger one is asked for, never freed.

    What a buffer holds when it is handed out is left from before: whoever asks writes it first.
    """

    def __init__(self, dtype: npt.DTypeLike = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self._buffers: dict[str, Floats] = {}
        self._scopes: dict[str, Self] = {}

    def __call__(self, name: str, *shape: int) -> Floats:
        """The buffer `name`, contiguous, of this shape; valid until `name` is asked for again."""
        size = math.prod(shape)
        buffer = self._buffers.get(name)
        if buffer is None or buffer.size < size:
            buffer = self._buffers[name] = np.empty(size, self.dtype)
        return buffer[:size].reshape(shape)

    def scope(self, name: str) -> Self:
        """A workspace of its own for a part of a model: its names clash with no other part's."""
        if name not in self._scopes:
            self._scopes[name] = type(self)(self.dtype)
        return self._scopes[name]
