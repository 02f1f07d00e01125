"""What `nlptool classify-train --autotune` does: try settings on the held-out texts for some seconds."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cli.console import flag_of
from cli.io.steps import Steps
from cli.signals import Ended
from nlp.classification.autotune import OutOfTimeError, Search
from nlp.classification.config import ClassifierConfig
from nlp.settings import settings_of
from nlp.training.loop import Watch, train

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from cli.console import Console
    from nlp.training.learner import Learner


def autotuned(
    config: ClassifierConfig,
    fixed: Collection[str],
    make: Callable[[ClassifierConfig], tuple[Learner[Any], Callable[[], float]]],
    *,
    seconds: float,
    workers: int,
    patience: int | None,
    console: Console,
) -> ClassifierConfig:
    """The best settings found within so many seconds, or until ^C.

    `make` makes a learner of settings ready, and what tells how good it is once it is trained; settings
    called in `fixed` stay as they are.
    """
    search, began = Search(config), time.monotonic()
    steps = Steps(console, "autotune")

    def look(*_: object) -> None:
        elapsed = time.monotonic() - began
        steps.tell(min(int(elapsed), int(seconds)), max(int(seconds), 1))
        if elapsed >= seconds:
            raise OutOfTimeError

    def judge(tried: ClassifierConfig) -> float:
        look()
        learner, score = make(tried)
        train(learner, workers, Watch(on_boundary=look), patience)
        return score()

    told = -1.0

    def watch(search: Search) -> None:
        nonlocal told
        if search.score > told:
            told = search.score
            words = f"{told:.4f} by {shown(search.best)}"
            console.tell(f"autotune: {words}", {"autotune": shown(search.best), "score": told})

    with _keeping_the_best(search, console):
        search.run(judge, fixed, watch)
    if not search.trials:
        console.warn(f"no training ended within {seconds:g} s: the settings are those given")
    return search.best


@contextmanager
def _keeping_the_best(search: Search, console: Console) -> Iterator[None]:
    """End the search at ^C, if it has found something."""
    try:
        yield
    except Ended as ended:
        if ended.number != signal.SIGINT or not search.trials:
            raise
        told = "autotune: stopped; training by the best settings found so far"
        console.tell(told, {"autotune": "stopped"})


def shown(config: ClassifierConfig) -> str:
    """The settings as the options that ask for them, without those that are at their default."""
    words = []
    for name, known in settings_of(ClassifierConfig):
        value = getattr(config, name)
        if value != known.default:
            words.append(flag_of(name) if value is True else f"{flag_of(name)} {value}")
    return " ".join(words)
