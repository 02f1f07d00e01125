"""Settings of a word2vec training, checked, and the sizes that follow from them and the corpus."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from nlp.errors import InputError
from nlp.training.row_updates import StepPlan

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

STABILITY = 4.0
"""The most that learning rate times pairs may be for one row in one step; at twice this, losses grow."""


@dataclass(frozen=True)
class Sizes:
    """Sizes that trade the speed of a training against the quality of its vectors.

    Attributes: `chunk`, the most tokens of a chunk; `steps`, how many steps a training should have at least,
    for which a small corpus gets small ones; `largest`, the most tokens of a step; `block`, centers of a
    block of the band; `group`, how many neighbouring centers share their negatives, and `shared`, how many
    negatives they share.
    """

    chunk: int = 512
    steps: int = 3_500
    largest: int = 4096
    block: int = 16
    group: int = 128
    shared: int = 64


_SIZES = {
    ("skipgram", "hs"): Sizes(steps=1_750, block=8),
    # CBOW makes one prediction a center, skip-gram about six: CBOW needs fewer negatives, and so little time
    # for a token that only larger chunks outweigh the fixed cost of a chunk.
    ("cbow", "ns"): Sizes(chunk=1024, steps=1_750, group=64, shared=16),
    ("cbow", "hs"): Sizes(chunk=1024, steps=1_750),
}

# An n-gram is part of many words: in a large step it collects so many pairs that `STABILITY` holds it back.
# Of misspelt words, 68 % were near the right one with steps of 4096 tokens; 77 % are with these sizes.
_STEP_OF_SUBWORDS, _CHUNK_OF_SUBWORDS = 128, 64


@dataclass(frozen=True)
class Word2VecConfig:
    """What a user chooses. Together with the corpus it decides every byte of the result.

    Attributes: `arch` and `loss`; `dim` of the vectors; `window`, the most contexts on either side;
    `negatives` for each pair; `min_count` and `max_vocab`, which decide the words that get a vector (the
    token file is made with both); `subsample`, the threshold t of `keep_probabilities`, which thins out
    frequent words (0: none); `noise_power`, the power of its count by which a word is drawn as a negative;
    `epochs`; `lr` at the start (None: see `first_lr`), `final_lr` at the end; `subwords`, whether the vector
    of a word is the mean of its own and those of its n-grams, of `shortest_ngram` to `longest_ngram` letters,
    hashed into `buckets`; `seed`.

    Raises: InputError, naming the setting, its value and its range
    """

    arch: str = "skipgram"
    loss: str = "ns"
    dim: int = 100
    window: int = 5
    negatives: int = 5
    min_count: int = 5
    max_vocab: int | None = None
    subsample: float = 1e-3
    noise_power: float = 0.75
    epochs: int = 5
    lr: float | None = None
    final_lr: float = 1e-4
    subwords: bool = False
    shortest_ngram: int = 3
    longest_ngram: int = 6
    buckets: int = 2_000_000
    seed: int = 1

    def __post_init__(self) -> None:
        self._check_choices()
        for field in fields(self):
            value = getattr(self, field.name)
            low, high = _RANGES.get(field.name, (-math.inf, math.inf))
            if isinstance(value, int | float) and not low <= value <= high:
                message = f"{field.name} is {value}; it must be from {low:g} to {high:g}"
                raise InputError(message)

    def _check_choices(self) -> None:
        for name, choices in (("arch", ARCHITECTURES), ("loss", LOSSES)):
            value = getattr(self, name)
            if value not in choices:
                message = f"{name} is {value!r}; choose from {', '.join(choices)}"
                raise InputError(message)
        if self.subwords and self.loss != "ns":
            message = f"subwords need loss 'ns', not {self.loss!r}"
            raise InputError(message)
        if self.shortest_ngram > self.longest_ngram:
            message = (
                f"shortest_ngram is {self.shortest_ngram}, longer than longest_ngram {self.longest_ngram}"
            )
            raise InputError(message)

    @property
    def sizes(self) -> Sizes:
        """The sizes of chunks and steps for this architecture and loss."""
        sizes = _SIZES.get((self.arch, self.loss), Sizes())
        return replace(sizes, chunk=_CHUNK_OF_SUBWORDS, largest=_STEP_OF_SUBWORDS) if self.subwords else sizes

    @property
    def first_lr(self) -> float:
        """Learning rate at the start: `lr`, or else the usual one of `arch` and `loss`."""
        return LEARNING_RATES[self.arch, self.loss] if self.lr is None else self.lr


_RANGES: dict[str, tuple[float, float]] = {
    "dim": (1, 100_000),
    "window": (1, 1_000),
    "negatives": (1, 1_000),
    "min_count": (1, math.inf),
    "max_vocab": (2, math.inf),
    "subsample": (0, 1),
    "noise_power": (-10, 10),
    "epochs": (1, 1_000_000),
    "lr": (1e-12, 1_000),
    "final_lr": (0, 1_000),
    "shortest_ngram": (1, 64),
    "longest_ngram": (1, 64),
    "buckets": (1, 2**31 - 1),
    "seed": (0, 2**64 - 1),
}


_SMALLEST_STEP, _LEAST_CHUNK = 64, 512  # tokens
_CHUNKS = 4  # that a step is cut into for workers to share, as far as these have `_LEAST_CHUNK` tokens each


def plan_steps(tokens: float, sizes: Sizes) -> StepPlan:
    """Choose the size of a step for a training that will see `tokens` tokens, all epochs together.

    Large steps are fast and can be shared among workers; but a training needs some thousands of steps, so
    those of a small corpus have to be small. Sizes are powers of two, to change seldom as a corpus grows.
    """
    most = min(max(tokens / sizes.steps, _SMALLEST_STEP), sizes.largest)
    step = 2 ** int(math.log2(most))
    chunk = min(step, max(step // _CHUNKS, _LEAST_CHUNK), sizes.chunk)
    return StepPlan(chunk, step // chunk)
