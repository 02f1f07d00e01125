"""What `nlptool transformer-train` does: what `rnn-train` does, for networks of another form."""

from __future__ import annotations

from cli.jobs.rnn_train import Form, Request, run
from nlp.networks.transformer_config import TransformerConfig
from nlp.storage.kinds import TRANSFORMER
from nlp.training.transformer_settings import TransformerSettings

__all__ = ["TRANSFORMERS", "Request", "run"]

TRANSFORMERS = Form(TransformerConfig, TransformerSettings, (TRANSFORMER,), "transformer-checkpoint")
