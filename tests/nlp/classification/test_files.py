from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.classification.files import save_classifier
from nlp.errors import ModelError
from nlp.storage.kinds import CLASSIFIER, load
from nlp.storage.model_file import open_model, write_model
from tests.nlp.classification.texts import trained
from tests.nlp.vectors.test_word_groups import groups

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def test_groups_of_words_are_kept(tmp_path: Path) -> None:
    model = trained()
    model.groups = groups()
    with (tmp_path / "model").open("wb") as file:
        save_classifier(file, model, {})
    found = load(str(tmp_path / "model"), CLASSIFIER).groups
    assert found.hashes.tolist() == model.groups.hashes.tolist()
    assert found.groups.tolist() == model.groups.groups.tolist()


@pytest.mark.parametrize(
    "settings", [{}, {"dim": 3, "loss": "hs"}, {"subwords": True, "mode": "spaces"}, {"quantize": True}]
)
def test_a_classifier_is_loaded_as_it_was_saved(settings: dict[str, Any], tmp_path: Path) -> None:
    model = trained(**settings)
    with (tmp_path / "model").open("wb") as file:
        save_classifier(file, model, {"note": 1})
    again = load(str(tmp_path / "model"), CLASSIFIER)
    assert (again.labels, again.config, again.metadata["note"]) == (model.labels, model.config, 1)
    some = ["I saw a horse", "", "我"]
    assert again.probabilities(some).tobytes() == model.probabilities(some).tobytes()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("used", np.array([0, 5000], np.int32), "out of range"),
        ("used", np.array([1.0]), "its buckets are none"),
        ("counts", np.array([1], np.int64), "its labels"),
        ("table", np.zeros((2, 3), np.float32), "its table is float32 of shape"),
        ("labels", np.array([255], np.uint8), "invalid start byte"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    name: str, value: np.ndarray[Any, Any], message: str, tmp_path: Path
) -> None:
    with (tmp_path / "model").open("wb") as file:
        save_classifier(file, trained(), {})
    opened = open_model(str(tmp_path / "model"))
    arrays = {part: opened.array(part) for part in ("labels", "counts", "used", "table")}
    kept = {key: value for key, value in opened.metadata.items() if key in {"config", "temperature"}}
    with (tmp_path / "other").open("wb") as file:
        write_model(file, CLASSIFIER, kept, {**arrays, name: value})
    with pytest.raises(ModelError, match=message):
        load(str(tmp_path / "other"), CLASSIFIER)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("codes", np.zeros((2, 3), np.int8), "its packed weights are of shape"),
        ("codes", np.zeros((2, 3), np.float32), "its packed weights are none"),
        ("exponents", np.full(9, 121, np.int8), "are not finite"),
        ("gaps", np.full(9, 255, np.uint8), "its packed weights are none"),
        ("gaps", np.full(9, 0, np.uint8), "out of range"),
    ],
)
def test_packed_parts_that_do_not_fit_are_refused(
    name: str, value: np.ndarray[Any, Any], message: str, tmp_path: Path
) -> None:
    with (tmp_path / "model").open("wb") as file:
        save_classifier(file, trained(ngrams=1, quantize=True), {})
    opened = open_model(str(tmp_path / "model"))
    arrays = {
        part: opened.array(part) for part in ("labels", "counts", "codes", "exponents", "gaps", "output")
    }
    value = np.resize(value, len(arrays["exponents"])) if value.ndim == 1 else value
    kept = {key: value for key, value in opened.metadata.items() if key in {"config", "temperature"}}
    with (tmp_path / "other").open("wb") as file:
        write_model(file, CLASSIFIER, kept, {**arrays, name: value})
    with pytest.raises(ModelError, match=message):
        load(str(tmp_path / "other"), CLASSIFIER)
