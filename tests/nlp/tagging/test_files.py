"""Segmenters on disk: what is read is what was written, and what makes no sense is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.storage.kinds import SEGMENTER, TAGGER, load
from nlp.tagging.files import save_segmenter, save_tagger
from tests.nlp.tagging import segmented, tagged
from tests.nlp.tagging.changing import refusal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model") / "words.model"
    with made.open("wb") as file:
        save_segmenter(file, segmented.segmenter(), segmented.CONFIG, {"corpus": {"words": 9}})
    return made


def test_it_is_read_as_it_was_written(path: Path) -> None:
    model, again = segmented.segmenter(), load(str(path), SEGMENTER)
    units = ["".join(words) for words in segmented.sentences(9, seed=4)]
    assert (model.ends(units) == again.ends(units)).all()
    assert again.metadata["corpus"] == {"words": 9}
    assert path.stat().st_size < 20_000


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"labels": ["B", "E"]}, "'BE' are no labels"),
        ({"labels": "BMES"}, "its labels are no list of different names"),
        ({"config": {"task": "segment", "bits": 99}}, "bits is 99; it must be from 10 to 22"),
        ({"config": {"task": "segment", "bits": [20]}}, "its setting bits is [20]"),
        ({"config": None}, "its settings are not those of this nlptool"),
        ({"transitions": np.zeros((4, 4), np.int32)}, "its transitions are int32 of shape"),
        ({"transitions": np.full((6, 6), 1 << 30, np.int32)}, "its transitions are"),
        ({"weights": np.zeros(9, np.uint8)}, "its numbers cannot be expanded"),
        ({"buckets": np.zeros(9, np.float32)}, "its buckets are float32"),
    ],
)
def test_what_makes_no_sense_is_refused(
    changes: dict[str, Any], told: str, path: Path, tmp_path: Path
) -> None:
    assert told in refusal(path, SEGMENTER, changes, tmp_path)


@pytest.mark.parametrize("kind", tagged.TEXTS)
@pytest.mark.parametrize("grouped", [False, True])
def test_a_tagger_is_read_as_it_was_written(kind: str, tmp_path: Path, *, grouped: bool) -> None:
    made = tagged.tagger(kind, tagged.groups(kind) if grouped else None)
    model, tokens = replace(made, temperature=50.0), tagged.sentences(kind)[0]
    with (tmp_path / "m").open("wb") as file:
        save_tagger(file, model, tagged.config(kind), {})
    again = load(str(tmp_path / "m"), TAGGER)
    assert again.tags(tokens) == model.tags(tokens)
    assert again.confidences(tokens) == model.confidences(tokens)
    assert (again.scheme, again.features, again.chain.names) == (
        model.scheme,
        model.features,
        model.chain.names,
    )


@pytest.mark.parametrize(
    "changes",
    [{"features": "x"}, {"scheme": ["BIO"]}, {"scheme": "X"}, {"labels": ["O"]}, {"temperature": 0.0}],
)
def test_a_tagger_that_makes_no_sense_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    with (tmp_path / "m").open("wb") as file:
        save_tagger(file, tagged.tagger("entities"), tagged.config("entities"), changes)
    with pytest.raises(ModelError, match="not a usable model of kind 'tagger': "):
        load(str(tmp_path / "m"), TAGGER)
