"""The network that settings ask for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats
from nlp.translation.config import TRANSFORMER, TranslationConfig
from nlp.translation.network import TranslationNetwork
from nlp.translation.recurrent import RecurrentNetwork
from nlp.translation.transformer import TransformerNetwork


def network_of(
    config: TranslationConfig,
    sizes: tuple[int, int],
    dtype: npt.DTypeLike = np.float32,
    parameters: Floats | None = None,
) -> TranslationNetwork:
    """A network over given `parameters`, or over zeros. Raises: ValueError, as `TranslationNetwork`."""
    kind = TransformerNetwork if config.cell == TRANSFORMER else RecurrentNetwork
    return kind(config, sizes, dtype, parameters)
