"""The settings of networks over the tokens of sentences, and of their training, checked."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.settings import check, setting

TAGGER_CELLS = ("lstm", "gru", "rnn")
_IDLE = {"method": ("linear",)}


@dataclass(frozen=True)
class TokenNetworkConfig:
    """What a user chooses of a network over tokens; the defaults are those of taggers.

    `char_dim` and `char_hidden` are of what reads characters; `pair_dim`, of vectors of two neighbours, which
    there are none of by default. Training: the first learning rate `lr` of Adam; the share of values left
    out, `dropout`; the largest norm of a gradient, `clip`; `batch_size`, in places; `shards` of a batch, each
    with its own dropout, which as many workers can share.

    Raises: SettingError, naming the setting, its value and its limits
    """

    cell: str = setting("lstm", "The recurrent cell of a network.", choices=TAGGER_CELLS, idle=_IDLE)
    layers: int = setting(
        1, "Layers of a network, each of cells in both directions.", low=1, high=64, idle=_IDLE
    )
    hidden: int = setting(100, "Units of a layer in each direction.", low=1, high=100_000, idle=_IDLE)
    embed_dim: int = setting(64, "Dimensions of a token's vector.", low=1, high=100_000, idle=_IDLE)
    chars: bool = setting(False, "Let a network read the characters of each token too.", idle=_IDLE)
    char_dim: int = setting(32, low=1, high=100_000)
    char_hidden: int = setting(64, low=1, high=100_000)
    pair_dim: int = setting(0, low=0, high=100_000)
    epochs: int = setting(15, low=1, high=1000)
    lr: float = setting(0.006, above=0, high=100)
    dropout: float = setting(0.5, low=0, high=0.95)
    clip: float = setting(5.0, low=0, high=1e9)
    batch_size: int = setting(1000, low=1, high=1_000_000)
    shards: int = setting(2, low=1, high=64)
    seed: int = setting(1, low=0, high=2**64 - 1)

    def __post_init__(self) -> None:
        check(self)
