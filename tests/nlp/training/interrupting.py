"""Trainings that are interrupted at a chosen boundary and go on from there, and what comes of them."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from nlp.training.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from nlp.training.loop import Watch, train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nlp.training.learner import Learner

    State = Callable[[], TrainingState]


class Interrupted(Exception):  # noqa: N818 - it is no error
    """Ends a training."""


def outcome(
    learner: Learner[Any], workers: int = 1, watch: Watch | None = None, patience: int | None = None
) -> tuple[list[bytes], dict[str, Any]]:
    """Train; return all that is learnt, to the bit, and how it went."""
    curves = train(learner, workers, watch, patience)
    return [array.tobytes() for array in learner.learnt], vars(curves)


def interrupted_at(boundary: int, path: Path, learner: Learner[Any], workers: int = 1) -> None:
    """Train until a boundary, counted from 1, and leave a checkpoint there."""
    left = iter(range(1, boundary))

    def on_boundary(state: State) -> None:
        if next(left, None) is None:
            path.write_bytes(saved(state))
            raise Interrupted

    with suppress(Interrupted):
        train(learner, workers, Watch(on_boundary=on_boundary))


def checkpoints(learner: Learner[Any], workers: int = 1) -> list[bytes]:
    """Train to the end; return what a checkpoint would hold at each boundary."""
    found: list[bytes] = []
    train(learner, workers, Watch(on_boundary=lambda state: found.append(saved(state))))
    return found


def saved(state: State) -> bytes:
    """The bytes of a checkpoint."""
    file = BytesIO()
    save_checkpoint(file, "test", {"run": 1}, state())
    return file.getvalue()


def going_on_from(path: Path) -> Watch:
    """What has a training go on from that checkpoint."""
    return Watch(resume=lambda: load_checkpoint(str(path), "test", {"run": 1}))
