"""The heads of networks, which predict from what an encoder has made of a text.

`head` is the contract of those that predict each token by itself; `crf` labels a sentence as a whole.
"""

from __future__ import annotations

from nlp.networks.config import LanguageModelConfig
from nlp.networks.heads.adaptive import AdaptiveHead
from nlp.networks.heads.head import Head
from nlp.networks.heads.softmax import SoftmaxHead
from nlp.networks.transformer_config import TransformerConfig


def make_head(config: LanguageModelConfig | TransformerConfig, vocabulary_size: int, inputs: int) -> Head:
    """The head of these settings, for vectors of `inputs` numbers.

    Raises: InputError where the vocabulary is too small for an adaptive softmax
    """
    if config.softmax == "adaptive":
        return AdaptiveHead(vocabulary_size, inputs)
    return SoftmaxHead(vocabulary_size, inputs, "E" if config.tied else "output.W")
