"""The settings of a recurrent classifier of texts, and of its training, checked."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.classification.config import EPOCHS, LINEAR, MODES, OVA, RATES, RECURRENT, SOFTMAX, WORDS
from nlp.networks.token_config import TokenNetworkConfig
from nlp.settings import TRAINING, setting

_IDLE = {"method": (LINEAR,)}


@dataclass(frozen=True)
class RecurrentClassifierConfig(TokenNetworkConfig):
    """What a user chooses of a recurrent classifier.

    `mode`, `cased` and `loss` mean what they mean for linear ones.

    Raises: SettingError, naming the setting, its value and its limits
    """

    pool: str = setting(
        "max",
        "How the vectors of a text's tokens become one in `method` rnn: those at its ends, their mean, the "
        "largest value of each number, or a mean weighted by attention.",
        choices=("last", "mean", "max", "attention"),
        idle=_IDLE,
    )
    word_dropout: float = setting(
        3.0,
        "In training of `method` rnn, read a word seen n times as unknown with probability "
        "FLOAT / (FLOAT + n).",
        low=0,
        high=1_000,
        group=TRAINING,
        idle=_IDLE,
    )
    dropout: float = setting(
        0.5,
        "Share of values left out at random in training, in `method` rnn.",
        low=0,
        high=0.95,
        group=TRAINING,
        idle=_IDLE,
    )
    clip: float = setting(
        5.0,
        "Scale the gradient of `method` rnn down to at most this norm; 0: never.",
        low=0,
        high=1e9,
        group=TRAINING,
        idle=_IDLE,
    )
    batch_size: int = setting(
        500,
        "Tokens a step of `method` rnn, of whole texts.",
        low=1,
        high=1_000_000,
        group=TRAINING,
        idle=_IDLE,
    )
    mode: str = setting(WORDS, choices=MODES)
    cased: bool = setting(False)
    loss: str = setting(SOFTMAX, choices=(SOFTMAX, OVA))
    epochs: int = setting(EPOCHS[RECURRENT], low=1, high=1_000_000)
    lr: float = setting(RATES[RECURRENT], above=0, high=1_000)
