"""A language model of random weights: `python -m tests.bench.random_language_model FILE SETTINGS`.

SETTINGS are JSON: `level`, `hidden`, `layers`, `types`, the last being the size of the vocabulary.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.networks.config import LanguageModelConfig
from nlp.networks.files import save_language_model
from nlp.networks.network import Network
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

SPECIAL = 2  # the line end and <unk>


def write(path: Path, settings: Mapping[str, Any]) -> None:
    """Write a model of an LSTM of these sizes, its embedding as wide as its layers."""
    level, hidden, types = settings["level"], settings["hidden"], settings["types"]
    config = LanguageModelConfig(level=level, layers=settings["layers"], hidden=hidden, embed_dim=hidden)
    model = Network(config, types)
    model.initialize_(np.random.default_rng(1))
    tokens = [
        f"w{number}" if level == "word" else chr(ord("!") + number) for number in range(types - SPECIAL)
    ]
    with path.open("wb") as file:
        save_language_model(file, model, language_vocabulary(level, tokens), {})


if __name__ == "__main__":
    write(Path(sys.argv[1]), json.loads(sys.argv[2]))
