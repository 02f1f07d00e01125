"""Settings of a text classifier and its training, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nlp.errors import SettingError
from nlp.settings import DATA, TRAINING, check, setting
from nlp.wording import Message

MODES = WORDS, SPACES, CHARACTERS = ("words", "spaces", "chars")
LOSSES = SOFTMAX, HINGE, OVA, HIERARCHICAL = ("softmax", "hinge", "ova", "hs")
NONE, BALANCED = "none", "balanced"
METRICS = ("accuracy", "macro-f1", "micro-f1")
METHODS = LINEAR, RECURRENT = ("linear", "rnn")

_DIRECT_LABELS = 24  # so many at most have a column of the table each
_LITTLE = 500_000  # tokens: with fewer, a vector of a text makes labels share what they learn
_OF_LITTLE, _OF_MANY = 32, 64
EPOCHS = {LINEAR: 5, HINGE: 20, RECURRENT: 15}
RATES = {LINEAR: 0.2, HINGE: 1.0, RECURRENT: 0.004}
"""Passes over the texts, and the first learning rate, as a method or loss has them by default."""

_IDLE = {"method": (RECURRENT,)}


@dataclass(frozen=True)
class ClassifierConfig:
    """What a user chooses. Together with the texts it decides every byte of the result.

    Raises: SettingError, naming the setting, its value and its limits
    """

    method: str = setting(
        LINEAR,
        "What learns: a linear layer over a bag of n-grams, or recurrent layers that read from both sides.",
        choices=METHODS,
    )
    mode: str = setting(
        WORDS,
        "Tokens: the words of tokenize, each Han character one; what spaces separate; or characters.",
        choices=MODES,
        group=DATA,
    )
    cased: bool = setting(False, "Tell capital letters from small ones.", group=DATA)
    ngrams: int = setting(2, "Count runs of up to this many tokens.", low=1, high=8, idle=_IDLE)
    subwords: bool = setting(
        False, "Count the character n-grams of each word too: better on little text.", idle=_IDLE
    )
    minn: int = setting(
        3,
        "Characters of the shortest n-grams of `subwords`, where < and > mark the ends of a word.",
        low=1,
        high=64,
        idle={"subwords": (False,), **_IDLE},
    )
    maxn: int = setting(
        5,
        "Characters of the longest n-grams of `subwords`.",
        low=1,
        high=64,
        idle={"subwords": (False,), **_IDLE},
    )
    buckets: int = setting(1 << 21, "Hash n-grams to this many numbers.", low=2, high=1 << 28, idle=_IDLE)
    dim: int | None = setting(
        None,
        "Dimensions of the vector of a text, which a second layer reads; 0: none, n-grams vote for labels.",
        low=0,
        high=1024,
        shown=f"{_OF_LITTLE} for little text, 0 for much, {_OF_MANY} for over {_DIRECT_LABELS} labels",
        idle=_IDLE,
    )
    loss: str = setting(
        SOFTMAX,
        "One label a text: softmax, hinge (a support vector machine, at times better on little text) or hs "
        "(a tree of labels, about as fast); or each label independently (ova).",
        choices=LOSSES,
    )
    quantize: bool = setting(
        False,
        "A fifth to a tenth of the size: the three in ten features that weigh most, in 8 bits a weight.",
        idle=_IDLE,
    )
    epochs: int | None = setting(
        None,
        "Passes over the texts.",
        low=1,
        high=1_000_000,
        group=TRAINING,
        shown=f"{EPOCHS[LINEAR]}; hinge: {EPOCHS[HINGE]}; rnn: {EPOCHS[RECURRENT]}",
    )
    lr: float | None = setting(
        None,
        "First learning rate, which falls along a line.",
        above=0,
        high=1_000,
        group=TRAINING,
        shown=f"{RATES[LINEAR]:g}; hinge: {RATES[HINGE]:g}; rnn: {RATES[RECURRENT]:g}",
    )
    seed: int = setting(1, "Same seed, same bytes.", low=0, high=2**64 - 1, group=TRAINING)

    def __post_init__(self) -> None:
        check(self)
        if self.minn > self.maxn:
            told = "`minn` is {minn}, but `maxn` {maxn}: the shortest n-grams are longer than the longest"
            raise SettingError(Message(told, minn=self.minn, maxn=self.maxn))
        if self.method == RECURRENT and self.loss in {HINGE, HIERARCHICAL}:
            told = "`loss` {loss!r} is for `method` 'linear'; 'rnn' takes softmax and ova"
            raise SettingError(Message(told, loss=self.loss))
        if self.loss == HINGE and self.dim:
            told = "`dim` is {dim}, but with `loss` 'hinge' n-grams vote for labels; leave it out"
            raise SettingError(Message(told, dim=self.dim))

    @property
    def passes(self) -> int:
        """Epochs, as the method or loss has them by default."""
        return self.epochs or EPOCHS[self._learnt_by]

    @property
    def rate(self) -> float:
        """The first learning rate, as the method or loss has it by default."""
        return self.lr or RATES[self._learnt_by]

    @property
    def _learnt_by(self) -> str:
        return HINGE if self.loss == HINGE else self.method

    def fitted(self, labels: int, tokens: int, *, has_groups: bool = False) -> ClassifierConfig:
        """The settings for texts with so many labels and tokens, of which none is left open.

        Where groups of words make like words share what they learn, labels need not.
        """
        dim = 0 if self.loss == HINGE else self.dim
        if dim is None and labels > _DIRECT_LABELS:
            dim = _OF_MANY
        elif dim is None:
            dim = _OF_LITTLE if tokens < _LITTLE and not has_groups else 0
        return replace(self, epochs=self.passes, lr=self.rate, dim=dim)
