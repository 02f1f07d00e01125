"""Settings of a word2vec training, checked, and the sizes that follow from them and the corpus."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nlp.errors import SettingError
from nlp.settings import DATA, TRAINING, check, setting
from nlp.wording import Message

ARCHITECTURES = ("skipgram", "cbow")
LOSSES = ("ns", "hs", "softmax")

LEARNING_RATES = {
    ("skipgram", "ns"): 0.05,
    ("skipgram", "hs"): 0.05,
    ("skipgram", "softmax"): 0.05,
    ("cbow", "ns"): 0.2,
    ("cbow", "hs"): 0.2,
    ("cbow", "softmax"): 0.1,
}
"""First rate of each architecture and loss; CBOW's is larger, as a context has only a share in its mean."""


def _first_rates() -> str:
    """The usual first rates in words: that of skip-gram, and where CBOW's differs."""
    return f"{LEARNING_RATES['skipgram', 'ns']:g}; cbow: {LEARNING_RATES['cbow', 'ns']:g}"


STABILITY = 4.0
"""The most that learning rate times pairs may be for one row in one step; at twice this, losses grow."""


@dataclass(frozen=True)
class Sizes:
    """Sizes that trade the speed of a training against the quality of its vectors.

    Attributes: `chunk`, the most tokens of a chunk; `steps`, how many steps a training should have at least:
    a small corpus is cut into small ones; `largest`, the most tokens of a step; `block`, centers of a block
    of the band. Of negative sampling: `group`, how many neighbouring centers share their negatives, and
    `shared`, how many negatives these are. Of hierarchical softmax: `top`, how many nodes near the root are
    scored for all vectors at once. Of some 10 nodes on a path these are 6, at the cost of gathering 2.
    """

    chunk: int = 512
    steps: int = 3_500
    largest: int = 4096
    block: int = 16
    group: int = 128
    shared: int = 64
    top: int = 64


_SIZES = {
    ("skipgram", "hs"): Sizes(steps=1_750, block=8),
    # CBOW makes one prediction a center, skip-gram about six: CBOW needs fewer negatives, and so little time
    # for a token that only larger chunks outweigh the fixed cost of a chunk.
    ("cbow", "ns"): Sizes(chunk=1024, steps=1_750, group=64, shared=16),
    ("cbow", "hs"): Sizes(chunk=1024, steps=1_750, block=8),
}

# An n-gram is part of many words: in a large step it collects so many pairs that `STABILITY` holds it back.
# Of misspelt words, 68 % were near the right one with steps of 4096 tokens; 77 % are with these sizes.
_STEP_OF_SUBWORDS, _CHUNK_OF_SUBWORDS = 128, 64


@dataclass(frozen=True)
class Word2VecConfig:
    """What a user chooses. Together with the corpus it decides every byte of the result.

    The token file is made with `min_count` and `max_vocab`; `subsample` is the threshold t of
    `keep_probabilities`; `noise_power` is the power of its count by which a word is drawn as a negative;
    `final_lr` is the learning rate at the end. With `subwords` the vector of a word is the mean of its own
    and those of its n-grams, of `minn` to `maxn` characters, hashed into `buckets`.

    Raises: SettingError, naming the setting, its value and its limits
    """

    arch: str = setting(
        "skipgram",
        "Predict each context word from the word, or (cbow, faster) the word from all its context.",
        choices=ARCHITECTURES,
    )
    loss: str = setting(
        "ns",
        "Negative sampling, hierarchical softmax (better on small texts), or full softmax (slow).",
        choices=LOSSES,
    )
    dim: int = setting(100, "Dimensions of a vector.", low=1, high=4096)
    window: int = setting(5, "Context words on either side, at most.", low=1, high=64)
    negatives: int = setting(5, "Noise words per pair.", low=1, high=64, idle={"loss": ("hs", "softmax")})
    min_count: int = setting(5, "Leave out rarer words.", low=1, group=DATA)
    max_vocab: int | None = setting(None, "Keep the most frequent words only.", low=2, group=DATA)
    subsample: float = setting(
        1e-3,
        "Drop words more frequent than this share of the text at random; 0 keeps all.",
        low=0,
        high=1,
        group=TRAINING,
    )
    noise_power: float = setting(0.75, low=-10, high=10)
    epochs: int = setting(5, "Passes over the text.", low=1, high=1_000_000, group=TRAINING)
    lr: float | None = setting(
        None, "First learning rate.", above=0, high=1_000, group=TRAINING, shown=_first_rates()
    )
    final_lr: float = setting(1e-4, low=0, high=1_000)
    subwords: bool = setting(
        False, "Learn vectors of character n-grams too, as fastText does: unseen words then have vectors."
    )
    minn: int = setting(
        3,
        "Characters of the shortest n-grams of `subwords`, where < and > mark the ends of a word.",
        low=1,
        high=64,
        idle={"subwords": (False,)},
    )
    maxn: int = setting(
        6, "Characters of the longest n-grams of `subwords`.", low=1, high=64, idle={"subwords": (False,)}
    )
    buckets: int = setting(2_000_000, low=1, high=2**31 - 1)
    seed: int = setting(1, "Same seed, same bytes.", low=0, high=2**64 - 1, group=TRAINING)

    def __post_init__(self) -> None:
        check(self)
        if self.subwords and self.loss != "ns":
            raise SettingError(Message("`subwords` need `loss` 'ns', not {loss!r}", loss=self.loss))
        if self.minn > self.maxn:
            told = "`minn` is {minn}, but `maxn` {maxn}: the shortest n-grams are longer than the longest"
            raise SettingError(Message(told, minn=self.minn, maxn=self.maxn))

    @property
    def sizes(self) -> Sizes:
        """The sizes of chunks and steps for this architecture and loss."""
        sizes = _SIZES.get((self.arch, self.loss), Sizes())
        return replace(sizes, chunk=_CHUNK_OF_SUBWORDS, largest=_STEP_OF_SUBWORDS) if self.subwords else sizes

    @property
    def first_lr(self) -> float:
        """Learning rate at the start: `lr`, or else the usual one of `arch` and `loss`."""
        return LEARNING_RATES[self.arch, self.loss] if self.lr is None else self.lr
