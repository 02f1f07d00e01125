"""Recurrent taggers on disk: what is read is what was written, and what makes no sense is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.storage.kinds import RECURRENT_SEGMENTER, RECURRENT_TAGGER, load
from nlp.tagging.recurrent.files import save_recurrent_segmenter, save_recurrent_tagger
from tests.nlp.tagging import tagged
from tests.nlp.tagging.changing import refusal
from tests.nlp.tagging.recurrent import small

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", small.FORMS)
def test_it_is_read_as_it_was_written(kind: str, tmp_path: Path) -> None:
    model, tokens = small.tagger(kind), [*tagged.sentences(kind)[0], ["unseen", ""]]
    with (tmp_path / "m").open("wb") as file:
        save_recurrent_tagger(file, model, {"corpus": {"words": 9}})
    again = load(str(tmp_path / "m"), RECURRENT_TAGGER)
    assert again.tags(tokens) == model.tags(tokens)
    assert again.network.encoder.vectors.tobytes() == model.network.encoder.vectors.tobytes()
    assert (again.scheme, again.features, again.numbering) == (
        model.scheme,
        model.features,
        model.numbering,
    )
    assert again.metadata["corpus"] == {"words": 9}


@pytest.mark.parametrize("kind", ["tags", "characters"])
def test_a_hybrid_is_read_as_it_was_written(kind: str, tmp_path: Path) -> None:
    model, tokens = small.tagger(kind, small.HASHED), [*tagged.sentences(kind)[0], ["unseen", ""]]
    with (tmp_path / "m").open("wb") as file:
        save_recurrent_tagger(file, model, {})
    again = load(str(tmp_path / "m"), RECURRENT_TAGGER)
    assert again.tags(tokens) == model.tags(tokens)
    assert model.added
    assert (again.added.scale, again.added.linear.features) == (model.added.scale, model.features)
    assert again.added.linear.weights.rows.tobytes() == model.added.linear.weights.rows.tobytes()


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model") / "words.model"
    with made.open("wb") as file:
        save_recurrent_segmenter(file, small.segmenter(), {"corpus": {"words": 9}})
    return made


def test_a_segmenter_is_read_as_it_was_written(segmenter: Path) -> None:
    model, units = small.segmenter(), ["我爱北京天安门", "", "unseen"]
    again = load(str(segmenter), RECURRENT_SEGMENTER)
    assert again.ends(units).tolist() == model.ends(units).tolist()
    assert again.metadata["corpus"] == {"words": 9}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"labels": ["B", "X"]}, "'BX' are no labels of characters in words"),
        ({"hashed": None}, "its features are None"),
        ({"hashed": {"bits": 40, "scale": 1.0}}, "its features are {'bits': 40, 'scale': 1.0}"),
        ({"hashed": {"bits": 12, "scale": -1.0}}, "its features are {'bits': 12, 'scale': -1.0}"),
        ({"hashed": {"bits": 11, "scale": 1.0}}, "its buckets are not below 2,048"),
    ],
)
def test_a_segmenter_that_makes_no_sense_is_refused(
    changes: dict[str, Any], told: str, segmenter: Path, tmp_path: Path
) -> None:
    assert told in refusal(segmenter, RECURRENT_SEGMENTER, changes, tmp_path)


def test_a_tagger_with_other_features_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hybrid"
    with path.open("wb") as file:
        save_recurrent_tagger(file, small.tagger("tags", small.HASHED), {})
    changes = {"weights": np.zeros(3, np.uint8)}
    assert "its numbers cannot be expanded" in refusal(path, RECURRENT_TAGGER, changes, tmp_path)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model") / "tags.model"
    with made.open("wb") as file:
        save_recurrent_tagger(file, small.tagger("tags"), {})
    return made


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"labels": ["B"]}, "its labels are no list of different names"),
        ({"scheme": "X"}, "its scheme is 'X'"),
        ({"config": {"hidden": "many"}}, "its setting hidden is 'many'"),
        ({"config": {"hidden": 7}}, "by its settings, "),
        ({"parameters": np.zeros(3, np.float32)}, "values are needed, but 3 given"),
        ({"parameters": np.full(3, np.nan, np.float32)}, "its parameters are not finite"),
        ({"vectors": np.zeros((5, 4), np.float32)}, "its vectors are float32 of shape (5, 4)"),
        ({"vectors": np.zeros((4, 4), np.int8)}, "its vectors are int8 of shape (4, 4)"),
        ({"vectors": np.zeros((5, 3), np.int8)}, "values are needed"),
    ],
)
def test_what_makes_no_sense_is_refused(
    changes: dict[str, Any], told: str, path: Path, tmp_path: Path
) -> None:
    assert told in refusal(path, RECURRENT_TAGGER, changes, tmp_path)
