"""The settings that shape a Transformer, checked; they and the size of its vocabulary fix its tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nlp.errors import SettingError
from nlp.settings import DATA, check, setting
from nlp.text.vocabulary import CHARACTERS, SUBWORDS, WORDS
from nlp.wording import Message


@dataclass(frozen=True)
class TransformerConfig:
    """What a user chooses of a decoder-only Transformer's form.

    The output matrix is always the embedding, and all else is as a `Network` has it by default.

    Raises: SettingError, naming the setting, its value and its limits
    """

    tied: ClassVar[bool] = True
    softmax: ClassVar[str] = "full"
    init: ClassVar[str] = "uniform"
    init_scale: ClassVar[float | None] = None
    bidirectional: ClassVar[bool] = False

    level: str = setting(
        CHARACTERS,
        "What a token is: a character, what spaces separate, or a piece of a word.",
        choices=(CHARACTERS, WORDS, SUBWORDS),
        group=DATA,
    )
    layers: int = setting(4, "Layers, of attention and a feed-forward part each.", low=1, high=64)
    heads: int = setting(2, "Heads of attention in a layer.", low=1, high=1_000)
    dim: int = setting(64, "Numbers of a token's vector, in all layers.", low=2, high=100_000)
    ffn: int = setting(256, "Hidden units of the feed-forward part.", low=1, high=100_000)
    context: int = setting(
        64, "Tokens before its own that each layer sees, in the text as a whole.", low=1, high=10_000
    )
    dropout: float = setting(
        0.0, "Share of numbers dropped from what a layer adds while training.", low=0, high=0.99
    )

    def __post_init__(self) -> None:
        check(self)
        if self.dim % (2 * self.heads):
            raise SettingError(
                Message(
                    f"`dim` is {self.dim}, which {self.heads} `heads` cannot share in pairs of numbers; "
                    f"make it a multiple of {2 * self.heads}"
                )
            )

    @property
    def embed_dim(self) -> int:
        """Numbers of a token's vector."""
        return self.dim
