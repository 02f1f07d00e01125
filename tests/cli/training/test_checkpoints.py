"""`cli.training.checkpoints`: when a signal is obeyed, seen from inside the process."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cli.console import Console
from cli.options.training import Training
from cli.training import checkpoints
from cli.training.checkpoints import Checkpoints
from nlp.training.checkpoint import TrainingState

if TYPE_CHECKING:
    from collections.abc import Iterator

# What happens in these blocks is a story of several steps, told by the signal that ends it.
# ruff: noqa: PT012
STATE = TrainingState({"position": {"epoch": 1, "number": 2, "step": 7}}, {"w": np.arange(3.0)})


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
        monkeypatch.setattr(checkpoints, "PATIENCE", -1.0)
        signal.raise_signal(signal.SIGTERM)
        pytest.fail("the signal was not obeyed")
    assert not saved(kept)


def test_the_output_in_place_the_checkpoint_goes(kept: Checkpoints) -> None:
    kept.on_boundary(lambda: STATE)
    with pytest.raises(OSError, match="full"), kept.until_in_place():
        raise OSError("full")
    assert saved(kept)
    with kept.until_in_place():
        assert saved(kept)
    assert kept.path
    assert not Path(kept.path).exists()
    with Checkpoints(None, 0.0, "kind", {}).until_in_place():
        pass
    with pytest.raises(KeyError), Checkpoints(None, 0.0, "kind", {}).until_in_place():
        raise KeyError


def test_the_user_is_told_from_where_it_goes_on(kept: Checkpoints, capfd: pytest.CaptureFixture[str]) -> None:
    def told(*, resume: bool) -> tuple[bool, str]:
        state = kept.load(resume=resume, console=Console(verbose=1))
        return state is not None, capfd.readouterr().err.rpartition(": ")[2]

    assert told(resume=False) == (False, "")
    assert told(resume=True) == (False, "no checkpoint yet; starting from the beginning\n")
    with pytest.raises(KeyError), kept.until_in_place():
        kept.on_boundary(lambda: STATE)
        raise KeyError
    assert told(resume=True) == (True, f"going on from step 7, in epoch 2, as saved in {kept.path}\n")
    found, warning = told(resume=False)
    assert not found
    assert "of an earlier run and will be replaced" in warning


def test_the_version_is_a_part_of_what_a_run_is(tmp_path: Path) -> None:
    training = Training("x", 1, None, None, str(tmp_path / "c"), 5.0, resume=True, dry_run=False)
    one = Checkpoints.of(training, "kind", {"seed": 1})
    assert (one.path, one.seconds, sorted(one.identity)) == (str(tmp_path / "c"), 5.0, ["nlptool", "seed"])


def test_what_has_diverged_does_not_replace_what_has_not(kept: Checkpoints) -> None:
    diverged = TrainingState({"position": {"step": 8}}, {"w": np.array([1.0, np.nan, np.nan])})
    kept.seconds = 0.0
    kept.on_boundary(lambda: STATE)
    kept.on_boundary(lambda: diverged)
    assert saved(kept)


def test_a_signal_that_is_ignored_stays_so(kept: Checkpoints) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with kept.guarding():
            signal.raise_signal(signal.SIGHUP)
            kept.on_boundary(lambda: STATE)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert not saved(kept)


def test_at_rest_a_signal_that_has_waited_is_obeyed(kept: Checkpoints) -> None:
    with pytest.raises(Ended), kept.guarding():
        kept.on_boundary(lambda: STATE)
        signal.raise_signal(signal.SIGTERM)
        with kept.at_rest():
            pytest.fail("the signal was not obeyed")
    assert saved(kept)


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


def test_a_training_that_is_stopped_knows_its_fate(kept: Checkpoints) -> None:
    assert "nothing is saved; with --resume" in Checkpoints(None, 0.0, "kind", {}).fate()
    assert "there is nothing to save" in kept.fate()
    with pytest.raises(KeyError), kept.until_in_place():
        kept.on_boundary(lambda: STATE)
        raise KeyError
    assert kept.fate() == f"saved in {kept.path}; the same command with --resume goes on from there"
