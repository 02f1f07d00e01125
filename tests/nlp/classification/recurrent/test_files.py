"""Recurrent classifiers on disk: what is read is what was written, and what makes no sense is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.classification.recurrent.files import save_recurrent_classifier
from nlp.storage.kinds import RECURRENT_CLASSIFIER, load
from tests.nlp.classification.recurrent import small
from tests.nlp.tagging.changing import refusal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("form", small.FORMS)
def test_it_is_read_as_it_was_written(form: str, tmp_path: Path) -> None:
    model = small.classifier(form)
    with (tmp_path / "m").open("wb") as file:
        save_recurrent_classifier(file, model, {"note": 1})
    again = load(str(tmp_path / "m"), RECURRENT_CLASSIFIER)
    assert (again.labels, again.config, again.metadata["note"]) == (model.labels, model.config, 1)
    assert again.counts.tolist() == model.counts.tolist()
    some = ["I saw a horse", "", "我"]
    assert again.probabilities(some).tobytes() == model.probabilities(some).tobytes()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model") / "classifier"
    with made.open("wb") as file:
        save_recurrent_classifier(file, small.classifier("attention"), {})
    return made


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"temperature": 0.0}, "its temperature is none"),
        ({"temperature": "1"}, "its temperature is none"),
        ({"label_words": np.frombuffer(b"a\na\nb", np.uint8)}, "it has a word twice"),
        ({"label_counts": np.zeros(2, np.int64)}, "words but 2 counts"),
        ({"config": {"pool": "sum"}}, "pool is 'sum'; choose from last, mean"),
        ({"config": {"hidden": 7}}, "by its settings, "),
        ({"parameters": np.zeros(3, np.float32)}, "values are needed, but 3 given"),
    ],
)
def test_what_makes_no_sense_is_refused(
    changes: dict[str, Any], told: str, path: Path, tmp_path: Path
) -> None:
    assert told in refusal(path, RECURRENT_CLASSIFIER, changes, tmp_path)
