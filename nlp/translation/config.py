"""The settings of an encoder–decoder with attention, and of its training, checked."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.errors import SettingError
from nlp.settings import DATA, TRAINING, check, setting
from nlp.training.language_settings import ADAM
from nlp.training.transformer_settings import MUON
from nlp.wording import Message

CELLS = GRU, LSTM, TRANSFORMER = ("gru", "lstm", "transformer")
LEARNING_RATES = {MUON: 0.02, ADAM: 0.004}
"""The highest learning rate of each, as it is by default, for the gradient of the mean loss a piece."""

ATTENTION = ADDITIVE, DOT, NONE = ("additive", "dot", "none")

_RECURRENT = {"cell": (GRU, LSTM)}


@dataclass(frozen=True)
class TranslationConfig:
    """What a user chooses. Together with the pairs it decides every byte of the result.

    Raises: SettingError, naming the setting, its value and its limits
    """

    subword_vocab: int = setting(
        4000,
        "Pieces of words to learn for each language, by joining what often stands together; characters "
        "come on top, and what is rarer is spelt in bytes.",
        low=0,
        high=1_000_000,
        group=DATA,
    )
    share: bool = setting(
        False,
        "One set of pieces and of their vectors for both languages: for those that share words.",
        group=DATA,
    )
    longest: int = setting(
        100, "Leave out pairs of which either text has more pieces.", low=1, high=10_000, group=DATA
    )
    cell: str = setting(
        GRU, "The recurrent cell of encoder and decoder, or transformer: attention alone.", choices=CELLS
    )
    attention: str = setting(
        DOT,
        "How the decoder looks at the source: at all of its places, weighted by a product with its state "
        "(dot) or by a small network that reads both (additive, slower); or only at the state that reading "
        "left (none).",
        choices=ATTENTION,
        idle={"cell": (TRANSFORMER,)},
    )
    hidden: int = setting(
        128, "Units of the decoder, of the encoder in each direction, and of vectors.", low=1, high=100_000
    )
    layers: int = setting(
        3, "Layers of `cell` transformer, of encoder and decoder each.", low=1, high=64, idle=_RECURRENT
    )
    heads: int = setting(4, "Heads of attention of `cell` transformer.", low=1, high=1024, idle=_RECURRENT)
    ffn: int = setting(
        256, "Units of the dense part of `cell` transformer.", low=1, high=1_000_000, idle=_RECURRENT
    )
    epochs: int = setting(20, "Passes over the pairs.", low=1, high=1_000_000, group=TRAINING)
    optimizer: str = setting(
        MUON,
        "How weights are updated; with muon a step takes a tenth longer, and learns much more.",
        choices=tuple(LEARNING_RATES),
        group=TRAINING,
    )
    lr: float | None = setting(
        None,
        "Highest learning rate; it rises in the first twentieth of the training, then falls along a line.",
        above=0,
        high=1_000,
        group=TRAINING,
        shown=f"{LEARNING_RATES[MUON]:g}; adam: {LEARNING_RATES[ADAM]:g}",
    )
    dropout: float = setting(
        0.15, "Share of values left out at random in training.", low=0, high=0.95, group=TRAINING
    )
    label_smoothing: float = setting(
        0.1,
        "Share of the probability that is to go to all pieces alike, against overconfidence.",
        low=0,
        high=0.95,
        group=TRAINING,
    )
    clip: float = setting(
        1.0,
        "Scale the gradient of the mean loss down to at most this norm; 0: never.",
        low=0,
        high=1e9,
        group=TRAINING,
    )
    batch_size: int = setting(
        1200, "Pieces of targets a step, of whole texts.", low=1, high=1_000_000, group=TRAINING
    )
    shards: int = setting(
        2,
        "Parts of a batch, each with its own dropout: the most `workers` that can share it. Changes the "
        "model.",
        low=1,
        high=64,
        group=TRAINING,
    )
    seed: int = setting(1, "Same seed, same bytes.", low=0, high=2**64 - 1, group=TRAINING)

    def __post_init__(self) -> None:
        check(self)
        if self.cell == TRANSFORMER and self.hidden % (2 * self.heads):
            told = "`hidden` is {hidden}; with `heads` {heads} it must be a multiple of {pairs}"
            raise SettingError(Message(told, hidden=self.hidden, heads=self.heads, pairs=2 * self.heads))

    @property
    def highest_rate(self) -> float:
        """The highest learning rate, as the optimizer has it by default."""
        return LEARNING_RATES[self.optimizer] if self.lr is None else self.lr
