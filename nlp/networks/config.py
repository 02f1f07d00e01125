"""The settings that shape a language model, checked; they and the size of its vocabulary fix its tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from nlp.errors import InputError
from nlp.text.language_vocabulary import CHARACTERS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    Attributes: `level`, what a token is; `cell`, recurrent or the feed-forward `nnlm`; `layers` of cells;
    `hidden` units of each; `embed_dim`; `activation` of rnn; `gru_reset`, before or after the recurrent
    product; `norm`, batch normalisation of both products of a cell or of the one with its input;
    `dropout`, the share of units dropped between layers; `tied`, whether the embedding is also the output
    matrix; `forget_bias` of lstm at the start; `init` of the recurrent weights; `init_scale`, the range
    of every other weight at the start (None: one for each tensor, see the models); `softmax` over all
    tokens or adaptive; of nnlm, `context`, the tokens that it predicts from, and `direct`, whether they
    also reach the output past the hidden layer; `bidirectional`, whether it fills gaps from both sides.

    Raises: InputError, naming the setting, its value and its range
    """

    level: str = CHARACTERS
    cell: str = "lstm"
    layers: int = 2
    hidden: int = 128
    embed_dim: int = 128
    activation: str = "tanh"
    gru_reset: str = "before"
    norm: str = "none"
    dropout: float = 0.0
    tied: bool = False
    forget_bias: float = 1.0
    init: str = "uniform"
    init_scale: float | None = None
    softmax: str = "full"
    context: int = 5
    direct: bool = False
    bidirectional: bool = False

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                raise InputError(f"{name} is {value!r}; choose from {', '.join(choices)}")
        for field in fields(self):
            value = getattr(self, field.name)
            low, high = _RANGES.get(field.name, (-math.inf, math.inf))
            if isinstance(value, int | float) and not low <= value <= high:
                raise InputError(f"{field.name} is {value}; it must be from {low:g} to {high:g}")
        for problem in self._contradictions():
            raise InputError(problem)

    def _contradictions(self) -> Iterator[str]:
        """Settings that are each possible, but not together."""
        feed_forward = self.cell == NNLM
        if self.tied and self.hidden != self.embed_dim:
            yield (
                f"tied weights need embeddings as wide as the hidden layer, but embed_dim is "
                f"{self.embed_dim} and hidden is {self.hidden}; make them equal"
            )
        if self.tied and self.softmax == "adaptive":
            yield "tied weights need softmax 'full', not 'adaptive'"
        if self.tied and self.bidirectional:
            yield "tied weights are for models that read in one direction; leave out one of the two"
        if feed_forward and self.norm != "none":
            yield f"norm is {self.norm!r}, which needs a recurrent cell, not 'nnlm'"
        if feed_forward and self.bidirectional:
            yield "a bidirectional model needs a recurrent cell, not 'nnlm'"
        if self.norm == "batch" and (self.cell, self.gru_reset) == ("gru", "after"):
            yield "norm 'batch' needs gru_reset 'before', not 'after'; norm 'batch-input' takes both"
        if self.direct and not feed_forward:
            yield f"direct connections belong to cell 'nnlm', not {self.cell!r}"
        if self.tied and self.direct:
            yield "tied weights leave direct connections no place; leave out one of the two"


_CHOICES = {
    "level": (CHARACTERS, WORDS),
    "cell": CELLS,
    "activation": ACTIVATIONS,
    "gru_reset": GRU_RESETS,
    "norm": NORMS,
    "softmax": SOFTMAXES,
    "init": INITS,
}
_RANGES: dict[str, tuple[float, float]] = {
    "layers": (1, 64),
    "hidden": (1, 100_000),
    "embed_dim": (1, 100_000),
    "dropout": (0, 0.99),
    "forget_bias": (-100, 100),
    "init_scale": (1e-12, 100),
    "context": (1, 100),
}
