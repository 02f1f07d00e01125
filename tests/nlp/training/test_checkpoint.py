"""A state is taken over if it is of the form of one at the beginning, and refused by name if not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.training.checkpoint import (
    TrainingState,
    going_on_from,
    load_checkpoint,
    save_checkpoint,
    take_,
)
from nlp.training.early_stopping import EarlyStopping

if TYPE_CHECKING:
    from pathlib import Path

FIGURES: dict[str, Any] = {"position": {"epoch": 0, "step": 0}, "rate": 0.5, "losses": []}
BEGINNING = TrainingState(FIGURES, {"w": np.zeros((2, 3), np.float32)})
LATER: dict[str, Any] = {"position": {"epoch": 3, "step": 700}, "rate": None, "losses": [1.5, 2, None]}
WHOLE = np.arange(6, dtype=np.float32).reshape(2, 3)


def taken(figures: dict[str, Any], **arrays: Any) -> None:
    with going_on_from(TrainingState(figures, arrays, "x.ckpt"), BEGINNING):
        pass


def test_a_later_state_of_the_same_form_is_taken(tmp_path: Path) -> None:
    taken(LATER, w=WHOLE)
    taken(LATER, w=WHOLE, best=WHOLE)
    path = tmp_path / "checkpoint"
    with path.open("wb") as file:
        save_checkpoint(file, "k", {"seed": 1}, TrainingState(LATER, {"w": WHOLE}))
    state = load_checkpoint(str(path), "k", {"seed": 1})
    assert (state.figures, state.path) == (LATER, str(path))
    with going_on_from(state, BEGINNING):
        target = np.zeros((2, 3), np.float32)
        take_(target, state.arrays["w"])
    assert target.tolist() == WHOLE.tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"position": {"epoch": 1}}, "position has other fields"),
        ({"position": [1, 2]}, "position has other fields"),
        ({"more": 1}, "figures has other fields"),
        ({"position": {"epoch": 1.0, "step": 1}}, "epoch is 1.0"),
        ({"position": {"epoch": True, "step": 1}}, "epoch is true"),
        ({"position": {"epoch": 1, "step": -1}}, "step is -1"),
        ({"rate": "fast"}, 'rate is "fast"'),
        ({"losses": 1.0}, "losses is no list of numbers"),
        ({"losses": ["1"]}, 'losses is "1"'),
        ({"losses": [[1]]}, "losses is [1]"),
    ],
)
def test_figures_of_another_form_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=re.escape(f"x.ckpt: not a usable checkpoint ({message})")):
        taken({**LATER, **change}, w=WHOLE)


@pytest.mark.parametrize("other", [WHOLE[0], WHOLE.T, WHOLE[None], WHOLE.astype(np.float64), WHOLE[:1]])
def test_arrays_are_neither_broadcast_nor_converted(other: Any) -> None:
    with pytest.raises(ModelError, match=r"of shape .* for float32 of shape \(2, 3\)"):
        taken(LATER, w=other)
    with pytest.raises(ModelError, match="not a usable checkpoint"):
        taken(LATER)


def test_a_best_epoch_that_never_was_is_refused() -> None:
    stopping = EarlyStopping([np.zeros((2, 3), np.float32)], patience=2)
    for figures in ({"losses": [1.0], "best_epoch": 2}, {"losses": [None], "best_epoch": 1}):
        with pytest.raises(ValueError, match="was the best of"):
            stopping.resume_(figures, {"best.0": WHOLE})
    stopping.resume_({"losses": [1.0], "best_epoch": 1}, {"best.0": WHOLE})
    assert [array.tolist() for array in stopping.arrays().values()] == [WHOLE.tolist()]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_state_beyond_hope_is_known(wrong: float) -> None:
    assert TrainingState({}, {"w": WHOLE, "none": np.zeros(0)}).is_finite
    assert not TrainingState({}, {"v": WHOLE, "w": np.array([1, wrong, 2], np.float32)}).is_finite
    assert not TrainingState({}, {"w": np.array([np.inf, -np.inf], np.float32)}).is_finite


@pytest.mark.parametrize("data", [b"", b"x", b"the first hundred bytes of a text\n" * 3])
def test_what_is_no_checkpoint_is_told_with_a_remedy(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.ckpt").write_bytes(data)
    with pytest.raises(ModelError, match=r"m\.ckpt: not a .*; delete it to start .*checkpoint$"):
        load_checkpoint(str(tmp_path / "m.ckpt"), "w2v-checkpoint", {})
