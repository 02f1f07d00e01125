"""The table of kinds: each row loads its kind, and what is refused is told with a command for it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.storage.kinds import KINDS, load, open_kind
from nlp.storage.model_file import write_model

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, kind: str) -> str:
    with path.open("wb") as file:
        write_model(file, kind, {}, {"a": np.zeros(2, np.float32)})
    return str(path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_names_what_loads_its_kind(kind: str, tmp_path: Path) -> None:
    row = KINDS[kind]
    assert callable(getattr(import_module(row.module), row.function))
    path = written(tmp_path / "m", kind)
    with pytest.raises(ModelError, match=f"not a (whole nlptool model|usable model of kind '{kind}'): "):
        load(path, kind)


def test_another_kind_is_refused_by_all_names(tmp_path: Path) -> None:
    path = written(tmp_path / "m", "other")
    told = f"{path}: a model of kind 'other', but this command needs one of kind 'test' or 'word-vectors'"
    with pytest.raises(ModelError) as caught:
        open_kind(path, "test", "word-vectors")
    assert str(caught.value) == told
    assert open_kind(path, "test", "other").kind == "other"


def test_a_known_kind_is_told_with_a_command_for_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"one of kind 'word-vectors'; use it with fill$"):
        load(written(tmp_path / "m", "fill-model"), "word-vectors")


def test_the_checkpoint_of_a_stopped_training_is_told_with_what_goes_on(tmp_path: Path) -> None:
    told = "its training was stopped: the same w2v-train with resume goes on and writes the model"
    with pytest.raises(ModelError, match=f"one of kind 'word-vectors'; {told}$"):
        load(written(tmp_path / "m", "w2v-checkpoint"), "word-vectors")
