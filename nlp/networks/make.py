"""From settings to the language model that they describe: the one place that knows all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.networks.config import NNLM
from nlp.networks.feed_forward import FeedForward
from nlp.networks.language_model import LanguageModel

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.layers.arrays import Floats
    from nlp.networks.config import LanguageModelConfig
    from nlp.networks.fill_model import FillModel


def make_language_model(
    config: LanguageModelConfig,
    vocabulary_size: int,
    dtype: npt.DTypeLike = np.float32,
    parameters: Floats | None = None,
    statistics: Floats | None = None,
) -> LanguageModel | FeedForward | FillModel:
    """The model of these settings, over given vectors, or over zeros.

    Shapes: parameters (P,) and statistics (S,), of the sizes that the model needs; used in place, not copied
    Raises: ValueError where they are of another size; InputError where the settings do not fit the vocabulary
    """
    if config.bidirectional:
        from nlp.networks.fill_model import FillModel

        return FillModel(config, vocabulary_size, dtype=dtype, parameters=parameters, statistics=statistics)
    kind = FeedForward if config.cell == NNLM else LanguageModel
    return kind(config, vocabulary_size, dtype=dtype, parameters=parameters, statistics=statistics)
