"""Settings found by trial: those that did best on held-out texts so far, changed a little at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nlp.classification.config import HINGE, SOFTMAX, ClassifierConfig
from nlp.errors import DivergedError, SettingError
from nlp.layers.random_streams import RandomStreams

_IN_VAIN = 100  # changes in a row that lead to what has been tried


class OutOfTimeError(Exception):
    """Raised by a trial that was given up."""


@dataclass
class Search:
    """A search for the settings that do best, by changes of one or two of them.

    Source: random search as that of Bergstra & Bengio 2012, "Random search for hyper-parameter optimization",
            around the best settings so far

    Attributes: `best` settings so far, and their `score`; `trials`, how many came to their end.
    """

    best: ClassifierConfig
    score: float = -math.inf
    trials: int = 0

    def run(
        self,
        judge: Callable[[ClassifierConfig], float],
        fixed: Collection[str],
        watch: Callable[[Search], None],
    ) -> None:
        """Try settings, the given ones first, until `judge` is out of time or there is nothing left to try.

        `judge` tells how good a classifier with these settings is; those called in `fixed` stay as they are;
        `watch` is called after each trial. What ends this early leaves the best settings.
        """
        for config in self._candidates(fixed):
            try:
                score = judge(config)
            except DivergedError:
                score = -math.inf
            except OutOfTimeError:
                return
            self.trials += 1
            if score > self.score:
                self.best, self.score = config, score
            watch(self)

    def _candidates(self, fixed: Collection[str]) -> Iterator[ClassifierConfig]:
        random = RandomStreams(self.best.seed).at(0)
        first = replace(self.best, epochs=self.best.passes, lr=self.best.rate)
        tried, in_vain = {first}, 0
        yield first
        while in_vain < _IN_VAIN:
            in_vain += 1
            config = _changed(self.best, fixed, random)
            if config is not None and config not in tried:
                tried.add(config)
                in_vain = 0
                yield config


def _changed(
    config: ClassifierConfig, fixed: Collection[str], random: np.random.Generator
) -> ClassifierConfig | None:
    """Other settings that differ in one or two, or None where these do not go together."""
    free = {name: values for name, values in _moves(config).items() if name not in fixed}
    moves = [(name, value) for name, values in free.items() for value in values]
    if not moves:
        return None
    chosen = random.integers(len(moves), size=1 + random.integers(2))
    changes: dict[str, Any] = dict(moves[number] for number in chosen)
    if changes.get("loss", config.loss) != config.loss:
        changes |= {name: None for name in ("dim", "epochs", "lr") if name not in fixed}
    try:
        other = replace(config, **changes)
        return replace(other, epochs=other.passes, lr=other.rate)
    except SettingError:
        return None


def _moves(config: ClassifierConfig) -> Mapping[str, Sequence[Any]]:
    """What each setting may become."""
    moves: dict[str, Sequence[Any]] = {
        "cased": (not config.cased,),
        "ngrams": [number for number in (1, 2, 3, 4) if number != config.ngrams],
        "subwords": (not config.subwords,),
        "epochs": (config.passes * 2, max(config.passes // 2, 1)),
        "lr": (config.rate * 2, config.rate / 2),
    }
    if config.subwords:
        moves |= {"minn": (2, 3, 4), "maxn": (4, 5, 6)}
    if config.loss != HINGE:
        moves |= {"dim": (0, 32, 64)}
    if config.loss in {SOFTMAX, HINGE}:
        moves |= {"loss": (SOFTMAX, HINGE)}
    return moves
