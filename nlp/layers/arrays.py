"""Names for the array types that the model layer passes around."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
"""float32 in training, float64 under a gradient check."""

Ids: TypeAlias = npt.NDArray[np.int32]
"""Row numbers: word numbers, tree nodes, n-gram buckets."""
