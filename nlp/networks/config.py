"""The settings that shape a language model, checked; they and the size of its vocabulary fix its tensors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.errors import SettingError
from nlp.settings import DATA, check, setting
from nlp.text.vocabulary import CHARACTERS, SUBWORDS, WORDS
from nlp.wording import Message

NNLM = "nnlm"
CELLS = ("rnn", "lstm", "gru", NNLM)
ACTIVATIONS = ("tanh", "relu")
GRU_RESETS = ("before", "after")
NORMS = ("none", "batch", "batch-input")
SOFTMAXES = ("full", "adaptive")
INITS = ("uniform", "orthogonal", "identity")


@dataclass(frozen=True)
class LanguageModelConfig:
    """What a user chooses of a model's form.

    Raises: SettingError, naming the setting, its value and its limits
    """

    level: str = setting(
        CHARACTERS,
        "What a token is: a character, what spaces separate, or a piece of a word.",
        choices=(CHARACTERS, WORDS, SUBWORDS),
        group=DATA,
    )
    cell: str = setting(
        "lstm",
        "The recurrent cell; or nnlm, the feed-forward model of the last `context` tokens.",
        choices=CELLS,
    )
    layers: int = setting(2, "Layers of cells.", low=1, high=64, idle={"cell": (NNLM,)})
    hidden: int = setting(128, "Units of a layer.", low=1, high=100_000)
    embed_dim: int = setting(128, "Dimensions of a token's vector.", low=1, high=100_000)
    activation: str = setting(
        "tanh", "Activation of `cell` rnn.", choices=ACTIVATIONS, idle={"cell": ("lstm", "gru", NNLM)}
    )
    gru_reset: str = setting(
        "before",
        "Of `cell` gru: reset before the recurrent product (Cho 2014), or after it (cuDNN; a little faster).",
        choices=GRU_RESETS,
        idle={"cell": ("rnn", "lstm", NNLM)},
    )
    norm: str = setting(
        "none",
        "Batch normalisation: of both matrix products of a cell, or of the input's alone.",
        choices=NORMS,
    )
    dropout: float = setting(0.0, "Share of units dropped between layers while training.", low=0, high=0.99)
    tied: bool = setting(False, "One matrix for embedding and output: needs equal widths.")
    forget_bias: float = setting(
        1.0,
        "Of `cell` lstm: bias of the forget gate at the start.",
        low=-100,
        high=100,
        idle={"cell": ("rnn", "gru", NNLM)},
    )
    init: str = setting(
        "uniform",
        "Recurrent weights at the start; the identity needs a small `lr`.",
        choices=INITS,
        idle={"cell": (NNLM,)},
    )
    init_scale: float | None = setting(
        None,
        "Draw every weight from ± this.",
        above=0,
        high=100,
        shown="±0.1 for vectors, ±1/√hidden for others",
    )
    softmax: str = setting(
        "full",
        "Over all tokens, or over clusters by frequency, faster for large vocabularies.",
        choices=SOFTMAXES,
    )
    context: int = setting(
        5,
        "Of `cell` nnlm: how many tokens it predicts from.",
        low=1,
        high=100,
        idle={"cell": ("rnn", "lstm", "gru")},
    )
    direct: bool = setting(False, "Of `cell` nnlm: connect the context to the output directly too.")
    bidirectional: bool = setting(False, "Learn to fill gaps from both sides, for nlptool fill.")

    def __post_init__(self) -> None:
        check(self)
        for problem in self._contradictions():
            raise SettingError(Message(problem))

    def _contradictions(self) -> Iterator[str]:
        """Settings that are each possible, but not together."""
        feed_forward = self.cell == NNLM
        if self.tied and self.hidden != self.embed_dim:
            yield (
                f"`tied` needs embeddings as wide as the hidden layer, but `embed_dim` is "
                f"{self.embed_dim} and `hidden` is {self.hidden}; make them equal"
            )
        if self.tied and self.softmax == "adaptive":
            yield "`tied` needs `softmax` 'full', not 'adaptive'"
        if self.tied and self.bidirectional:
            yield "`tied` is for models that read in one direction, not `bidirectional` ones; leave out one"
        if feed_forward and self.norm != "none":
            yield f"`norm` is {self.norm!r}, which needs a recurrent `cell`, not 'nnlm'"
        if feed_forward and self.bidirectional:
            yield "`bidirectional` needs a recurrent `cell`, not 'nnlm'"
        if self.norm == "batch" and (self.cell, self.gru_reset) == ("gru", "after"):
            yield "`norm` 'batch' needs `gru_reset` 'before', not 'after'; `norm` 'batch-input' takes both"
        if self.bidirectional:
            yield from self._against_gaps()
        if self.direct and not feed_forward:
            yield f"`direct` is of `cell` 'nnlm', not {self.cell!r}"
        if self.tied and self.direct:
            yield "`tied` leaves `direct` connections no place; leave out one of the two"

    def _against_gaps(self) -> Iterator[str]:
        """Settings that a model which fills gaps cannot have."""
        if self.norm != "none":
            yield (
                f"`norm` is {self.norm!r}, but batch normalisation averages over the very tokens that a "
                f"`bidirectional` model is to fill in; leave one of the two out"
            )
        if self.level == SUBWORDS:
            yield "`bidirectional` models fill gaps of characters or words; give `level` 'char' or 'word'"
