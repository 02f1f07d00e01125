"""Translation models on disk: what is read is what was written, and what makes no sense is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.storage.kinds import TRANSLATOR, load
from nlp.translation.files import save_translator
from tests.nlp.tagging.changing import refusal
from tests.nlp.translation import small

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("form", small.FORMS)
def test_it_is_read_as_it_was_written(form: str, tmp_path: Path) -> None:
    model = small.translator(form)
    with (tmp_path / "m").open("wb") as file:
        save_translator(file, model, {"note": 1})
    again = load(str(tmp_path / "m"), TRANSLATOR)
    assert (again.network.config, again.metadata["note"]) == (model.network.config, 1)
    assert again.pieces == model.pieces
    some = ["ab cd", "", "我"]
    assert again.translate(some) == model.translate(some)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model") / "translator"
    with made.open("wb") as file:
        save_translator(file, small.translator("gru"), {})
    return made


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source_pairs": np.zeros((1, 2), np.int32)}, "joins what is not there"),
        ({"characters": np.frombuffer(b"ab", np.uint8)}, "starts with the space"),
        ({"config": {"cell": "rnn"}}, "cell is 'rnn'; choose from gru, lstm"),
        ({"config": {"hidden": 7}}, "by its settings, "),
        ({"parameters": np.zeros(3, np.float32)}, "values are needed, but 3 given"),
    ],
)
def test_what_makes_no_sense_is_refused(
    changes: dict[str, Any], told: str, path: Path, tmp_path: Path
) -> None:
    assert told in refusal(path, TRANSLATOR, changes, tmp_path)
