from __future__ import annotations

from typing import Any

import pytest

from nlp.errors import SettingError
from nlp.networks.config import LanguageModelConfig


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"level": "byte"}, "level is 'byte'; choose from char, word"),
        ({"cell": "elman"}, "cell is 'elman'; choose from rnn, lstm, gru, nnlm"),
        ({"activation": "elu"}, "activation is 'elu'; choose from tanh, relu"),
        ({"gru_reset": "never"}, "gru_reset is 'never'"),
        ({"norm": "layer"}, "norm is 'layer'"),
        ({"softmax": "sparse"}, "softmax is 'sparse'"),
        ({"layers": 0}, "layers is 0; it must be from 1 to 64"),
        ({"hidden": 0}, "hidden is 0"),
        ({"embed_dim": -1}, "embed_dim is -1"),
        ({"dropout": 1.0}, "dropout is 1.0; it must be from 0 to 0.99"),
        ({"dropout": float("nan")}, "dropout is nan"),
        ({"init_scale": 0.0}, "init_scale is 0.0"),
        ({"forget_bias": float("inf")}, "forget_bias is inf"),
        ({"context": 0}, "context is 0"),
        ({"tied": True, "embed_dim": 7}, "embed_dim is 7 and hidden is 128; make them equal"),
        ({"tied": True, "softmax": "adaptive"}, "tied needs softmax 'full'"),
        ({"tied": True, "bidirectional": True}, "one direction"),
        ({"tied": True, "direct": True, "cell": "nnlm"}, "tied leaves direct connections no place"),
        ({"cell": "nnlm", "norm": "batch"}, "needs a recurrent cell"),
        ({"cell": "nnlm", "bidirectional": True}, "needs a recurrent cell"),
        ({"cell": "gru", "gru_reset": "after", "norm": "batch"}, "needs gru_reset 'before'"),
        ({"direct": True}, "direct is of cell 'nnlm', not 'lstm'"),
    ],
)
def test_settings_are_checked(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        LanguageModelConfig(**settings)


def test_a_setting_may_be_left_out() -> None:
    assert LanguageModelConfig(init_scale=None) == LanguageModelConfig()
