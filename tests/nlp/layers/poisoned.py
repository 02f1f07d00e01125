"""Buffers that hold no number: who reads before writing is found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats


class PoisonedWorkspace(Workspace):
    """Hands out every buffer full of NaN."""

    def __call__(self, name: str, *shape: int) -> Floats:
        """A buffer with no number in it."""
        buffer = super().__call__(name, *shape)
        buffer.fill(np.nan)
        return buffer
