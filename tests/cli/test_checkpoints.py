"""`cli.checkpoints`: when a signal is obeyed, seen from inside the process."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cli import checkpoints
from cli.checkpoints import Checkpoints
from cli.console import Console
from nlp.training.checkpoint import TrainingState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What happens in these blocks is a story of several steps, told by the signal that ends it.
# ruff: noqa: PT012
STATE = TrainingState({"position": {"step": 7}}, {"w": np.arange(3.0)})


class Ended(BaseException):
    """Stands for the one of the entry point."""


@pytest.fixture(autouse=True)
def ending() -> Iterator[None]:
    def end(*_: object) -> None:
        raise Ended

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def kept(tmp_path: Path) -> Checkpoints:
    return Checkpoints(str(tmp_path / "checkpoint"), 1000.0, "kind", {"seed": 1})


def saved(kept: Checkpoints) -> bool:
    state = kept.load(resume=True, console=Console(quiet=True))
    return state is not None and state.arrays["w"].tolist() == [0, 1, 2]


def test_a_signal_waits_for_the_boundary(kept: Checkpoints) -> None:
    with pytest.raises(Ended), kept.guarding():
        kept.on_boundary(lambda: STATE)
        signal.raise_signal(signal.SIGTERM)
        assert not saved(kept)
        kept.on_boundary(lambda: STATE)
    assert saved(kept)


def test_at_rest_it_need_not_wait(kept: Checkpoints) -> None:
    with pytest.raises(Ended), kept.guarding():
        kept.on_boundary(lambda: STATE)
        with kept.at_rest():
            signal.raise_signal(signal.SIGTERM)
            pytest.fail("the signal was not obeyed")
    assert saved(kept)


def test_after_the_last_boundary_the_state_is_saved_too(kept: Checkpoints) -> None:
    with pytest.raises(Ended), kept.guarding():
        kept.on_boundary(lambda: STATE)
        signal.raise_signal(signal.SIGTERM)
    assert saved(kept)


def test_where_no_boundary_comes_a_later_signal_is_obeyed(
    kept: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Ended), kept.guarding():
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)  # at once: as make does
        monkeypatch.setattr(checkpoints, "_PATIENCE", -1.0)
        signal.raise_signal(signal.SIGTERM)
        pytest.fail("the signal was not obeyed")
    assert not saved(kept)


def test_without_a_file_nothing_is_guarded() -> None:
    none = Checkpoints(None, 0.0, "kind", {})
    with pytest.raises(Ended), none.guarding():
        none.on_boundary(lambda: STATE)
        signal.raise_signal(signal.SIGTERM)
        pytest.fail("the signal was not obeyed")


def test_handlers_are_given_back(kept: Checkpoints) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with kept.guarding():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
