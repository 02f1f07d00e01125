"""The encoders of networks, which make vectors of a text; `encoder` is their contract."""

from __future__ import annotations

from nlp.networks.config import NNLM, LanguageModelConfig
from nlp.networks.encoders.encoder import Encoder
from nlp.networks.encoders.recurrent import RecurrentEncoder
from nlp.networks.encoders.transformer import TransformerEncoder
from nlp.networks.encoders.two_sided import TwoSidedEncoder
from nlp.networks.encoders.window import WindowEncoder
from nlp.networks.transformer_config import TransformerConfig


def make_encoder(config: LanguageModelConfig | TransformerConfig) -> Encoder:
    """The encoder of these settings."""
    if isinstance(config, TransformerConfig):
        return TransformerEncoder(config)
    if config.bidirectional:
        return TwoSidedEncoder(config)
    return WindowEncoder(config) if config.cell == NNLM else RecurrentEncoder(config)
