"""Settings of a training in slices: how a text is cut for machines that seldom speak to each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nlp.errors import SettingError
from nlp.settings import TRAINING, check, setting
from nlp.word2vec.config import Word2VecConfig
from nlp.wording import Message

MOST_SLICES = 16
"""With four times as many, trainings on 50 MB ran away or lost a sixth of their analogies."""

LEARNING_RATE = 0.1
"""First rate of a training in slices: it gives back some of what the damped sum takes."""


@dataclass(frozen=True)
class SliceSettings:
    """Into how many `slices` a text is cut, and in how many `rounds` an epoch goes over each.

    With one slice the training is the plain one. `many_slices` allows more than `MOST_SLICES`.

    Raises: SettingError, naming the setting, its value and its limits
    """

    slices: int = setting(
        1,
        "Cut the text into parts that are learnt side by side, on so many machines at best (16, say); it "
        f"changes the model a little, and `lr` is {LEARNING_RATE:g} unless given.",
        low=1,
        high=4096,
        group=TRAINING,
    )
    rounds: int = setting(
        4,
        "How often in an epoch what the `slices` have learnt is put together.",
        low=1,
        high=10_000,
        group=TRAINING,
        idle={"slices": (1,)},
    )
    many_slices: bool = setting(
        False,
        f"Allow more than {MOST_SLICES} `slices`, with which training may run away.",
        group=TRAINING,
        idle={"slices": tuple(range(1, MOST_SLICES + 1))},
    )

    def __post_init__(self) -> None:
        check(self)
        if self.slices > MOST_SLICES and not self.many_slices:
            raise SettingError(
                Message(
                    "`slices` {slices} learn so much apart that training may run away; use {most} at most, "
                    "or give `many_slices` and look at the losses",
                    slices=self.slices,
                    most=MOST_SLICES,
                )
            )

    def fitted(self, config: Word2VecConfig) -> Word2VecConfig:
        """The settings of a training in these slices, where some are left open.

        Raises: SettingError for a training that is not to be had in slices
        """
        if self.slices == 1:
            return config
        if (config.arch, config.loss) != ("skipgram", "ns"):
            raise self._refusal(
                Message("`arch` {arch} with `loss` {loss}", arch=config.arch, loss=config.loss)
            )
        if config.subwords:
            raise self._refusal(Message("`subwords`"))
        return replace(config, lr=LEARNING_RATE) if config.lr is None else config

    def told(self) -> dict[str, Any]:
        """What a model and a checkpoint record: nothing of a plain training."""
        return {} if self.slices == 1 else {"slices": self.slices, "rounds": self.rounds}

    def _refusal(self, what: Message) -> SettingError:
        told = "`slices` {n} are for `arch` skipgram with `loss` ns, not for {what}; leave out `slices`"
        return SettingError(Message(told, n=self.slices, what=what))
