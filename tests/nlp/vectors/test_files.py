"""Word vectors on disk: they come back bit for bit, in eight bits within half a step, or are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlp.errors import ModelError
from nlp.storage.kinds import WORD_VECTORS
from nlp.storage.model_file import write_model
from nlp.text.vocabulary import Vocabulary
from nlp.vectors.files import load_vectors, save_small_vectors, save_vectors

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]


def test_vectors_come_back_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "m"
    vocabulary = Vocabulary(["a", "é", "New York", "我"], [4, 3, 2, 1])
    matrix = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    with path.open("wb") as file:
        save_vectors(file, vocabulary, matrix, metadata={"config": {"dim": 5}}, others={"extra": matrix[:2]})
    loaded = load_vectors(str(path))
    assert loaded.vocabulary == vocabulary
    assert loaded.metadata["config"] == {"dim": 5}
    assert loaded.matrix.tobytes() == matrix.tobytes()
    assert not loaded.matrix.flags.writeable


def small(path: Path, matrix: Floats) -> Floats:
    """`matrix` after a round trip in eight bits."""
    words = [f"w{number}" for number in range(len(matrix))]
    with path.open("wb") as file:
        save_small_vectors(file, Vocabulary(words, [1] * len(words)), matrix, metadata={"note": 1})
    loaded = load_vectors(str(path))
    assert loaded.vocabulary.words == words
    assert loaded.metadata["note"] == 1
    assert loaded.matrix.dtype == np.float32
    return loaded.matrix


@settings(max_examples=60)
@given(matrix=arrays(np.float32, (3, 4), elements=st.floats(-1e9, 1e9, width=32)))
def test_eight_bits_err_by_half_a_step_at_most(
    matrix: Floats, tmp_path_factory: pytest.TempPathFactory
) -> None:
    restored = small(tmp_path_factory.getbasetemp() / "small.model", matrix)
    step = np.abs(matrix).max(axis=1, keepdims=True) / 127
    assert (np.abs(restored - matrix) <= 0.501 * step + np.finfo(np.float32).tiny).all()


def test_eight_bits_keep_zero_and_the_largest_number(tmp_path: Path) -> None:
    matrix = np.array([[0, 0], [0, -3], [127, 1]], np.float32)
    np.testing.assert_allclose(small(tmp_path / "m", matrix), matrix, rtol=1e-6)


def test_eight_bits_take_a_quarter_of_the_size(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).normal(size=(200, 64)).astype(np.float32)
    small(tmp_path / "small", matrix)
    with (tmp_path / "whole").open("wb") as file:
        save_vectors(file, Vocabulary([f"w{n}" for n in range(200)], [1] * 200), matrix, metadata={})
    sizes = [(tmp_path / name).stat().st_size for name in ("small", "whole")]
    assert sizes[0] < sizes[1] / 3


def words(text: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(text, np.uint8)


EIGHT_BITS = np.ones((2, 3), np.int8)
GOOD: dict[str, NDArray[Any]] = {
    "words": words(b"a\nb"),
    "counts": np.array([2, 1]),
    "vectors": np.ones((2, 3), np.float32),
}
INCONSISTENT: dict[str, dict[str, Any]] = {
    "no words": {"words": None},
    "no counts": {"counts": None},
    "no vectors": {"vectors": None},
    "too few words": {"words": words(b"a")},
    "too many words": {"words": words(b"a\nb\nc")},
    "too few counts": {"counts": np.array([2])},
    "too few vectors": {"vectors": np.ones((1, 3), np.float32)},
    "vectors of one dimension": {"vectors": np.ones(2, np.float32)},
    "vectors of none": {"vectors": np.ones((), np.float32)},
    "vectors of three": {"vectors": np.ones((2, 3, 1), np.float32)},
    "vectors of integers": {"vectors": np.ones((2, 3), np.int32)},
    "eight bits without scales": {"vectors": EIGHT_BITS},
    "too few scales": {"vectors": EIGHT_BITS, "scales": np.ones(1, np.float32)},
    "scales of two dimensions": {"vectors": EIGHT_BITS, "scales": np.ones((2, 1), np.float32)},
    "scales of another type": {"vectors": EIGHT_BITS, "scales": np.ones(2)},
    "scales that are NaN": {"vectors": EIGHT_BITS, "scales": np.full(2, np.nan, np.float32)},
    "NaN": {"vectors": np.full((2, 3), np.nan, np.float32)},
    "infinity": {"vectors": np.full((2, 3), np.inf, np.float32)},
}


@pytest.mark.parametrize("name", [None, *INCONSISTENT])
def test_inconsistent_models_are_refused(name: str | None, tmp_path: Path) -> None:
    path = tmp_path / "m"
    changed = {**GOOD, **INCONSISTENT.get(name or "", {})}
    with path.open("wb") as file:
        write_model(
            file, WORD_VECTORS, {}, {key: array for key, array in changed.items() if array is not None}
        )
    if name is None:
        assert load_vectors(str(path)).vocabulary.words == ["a", "b"]
        return
    with pytest.raises(ModelError) as caught:
        load_vectors(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


HASHING = {"shortest": 3, "longest": 6, "buckets": 100}
UNUSABLE_SUBWORDS: dict[str, Any] = {
    "no buckets": {**HASHING, "buckets": 0},
    "more buckets than hashes": {**HASHING, "buckets": 2**32},
    "shortest is text": {**HASHING, "shortest": "x"},
    "longest is true": {**HASHING, "longest": True},
    "shortest above longest": {**HASHING, "shortest": 7},
    "n-grams without end": {**HASHING, "longest": 10**9},
    "shortest is missing": {"longest": 6, "buckets": 100},
    "longest is missing": {"shortest": 3, "buckets": 100},
    "buckets is missing": {"shortest": 3, "longest": 6},
    "one field too many": {**HASHING, "hash": "fnv"},
    "no fields": None,
}


@pytest.mark.parametrize("name", [None, *UNUSABLE_SUBWORDS])
def test_unusable_subwords_are_refused_when_an_unseen_word_is_asked(name: str | None, tmp_path: Path) -> None:
    path = tmp_path / "m"
    metadata = {"subwords": HASHING if name is None else UNUSABLE_SUBWORDS[name]}
    ngrams = {
        "subword_buckets": np.arange(100, dtype=np.int32),
        "subword_vectors": np.ones((100, 3), np.float32),
    }
    with path.open("wb") as file:
        write_model(file, WORD_VECTORS, metadata, {**GOOD, **ngrams})
    vectors = load_vectors(str(path))
    known = vectors.unit_vector("a")
    if name is None:
        np.testing.assert_allclose(vectors.unit_vector("unseen"), known)
        return
    with pytest.raises(ModelError) as caught:
        vectors.unit_vector("unseen")
    told = "not a usable model of kind 'word-vectors': its subwords are unusable ("
    assert str(caught.value).startswith(f"{path}: {told}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "buckets",
    [np.array([3, 1], np.int32), np.array([1, 1], np.int32), np.array([1, 2]), np.array(1, np.int32)],
    ids=["falling", "twice", "another type", "no dimension"],
)
def test_ngrams_out_of_order_are_refused(buckets: NDArray[Any], tmp_path: Path) -> None:
    path = tmp_path / "m"
    ngrams = {"subword_buckets": buckets, "subword_vectors": np.ones((2, 3), np.float32)}
    with path.open("wb") as file:
        write_model(file, WORD_VECTORS, {"subwords": HASHING}, {**GOOD, **ngrams})
    with pytest.raises(ModelError, match="n-grams are not in order"):
        load_vectors(str(path)).unit_vector("unseen")


@pytest.mark.parametrize(
    "ngrams", [np.full((2, 3), np.nan), np.full((2, 3), np.inf), np.ones((2, 4)), np.ones(2)]
)
def test_vectors_of_ngrams_that_are_none_are_refused(ngrams: NDArray[Any], tmp_path: Path) -> None:
    path = tmp_path / "m"
    arrays = {"subword_buckets": np.arange(2, dtype=np.int32), "subword_vectors": ngrams.astype(np.float32)}
    with path.open("wb") as file:
        write_model(file, WORD_VECTORS, {"subwords": HASHING}, {**GOOD, **arrays})
    with pytest.raises(ModelError, match="2 n-grams but vectors of"):
        load_vectors(str(path)).unit_vector("unseen")


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    with path.open("wb") as file:
        write_model(file, "language-model", {}, GOOD)
    with pytest.raises(
        ModelError, match="'language-model', but this command needs one of kind 'word-vectors'"
    ):
        load_vectors(str(path))
