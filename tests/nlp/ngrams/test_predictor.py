from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import ModelError
from nlp.ngrams.config import MAX_ORDER
from nlp.ngrams.files import save_ngrams
from nlp.ngrams.model import NgramModel, train_ngrams
from nlp.ngrams.predictor import NgramPredictor
from nlp.storage.kinds import NGRAM_MODEL, load
from nlp.storage.model_file import open_model, write_model
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nlp.decoding.predictor import Predictor
    from nlp.layers.arrays import Floats, Ids
    from nlp.text.vocabulary import Vocabulary

    Arrays = dict[str, np.ndarray[Any, Any]]

LETTERS = "abcdefgh"
V = len(LETTERS) + 2
ORDER = 4

texts = st.lists(st.integers(0, V - 1), max_size=60)


def vocabulary_of(level: str = "char") -> Vocabulary:
    return language_vocabulary(level, LETTERS)


def random_ids(count: int, seed: int) -> Ids:
    """Skewed, so that some n-grams are frequent."""
    return np.minimum(np.random.default_rng(seed).geometric(0.35, count) - 1, V - 1).astype(np.int32)


@pytest.fixture(scope="module")
def model() -> NgramModel:
    return train_ngrams(random_ids(2000, 1), vocabulary_of(), ORDER)


@pytest.fixture
def path(model: NgramModel, tmp_path: Path) -> Path:
    target = tmp_path / "model"
    with target.open("wb") as file:
        save_ngrams(file, model, {"corpus": {"tokens": 2000}})
    return target


def step_by_step(predictor: Predictor, state: Any, ids: Ids) -> Floats:
    """All distributions, (N, V), of a text read a token at a time."""
    return np.concatenate([predictor.advance(state, ids[n : n + 1]).copy() for n in range(len(ids))])


@settings(max_examples=60)
@given(texts, texts.filter(bool), st.integers(1, MAX_ORDER), st.sampled_from(["char", "word"]))
def test_advance_and_score_agree_and_leave_the_same_state(
    tokens: list[int], text: list[int], order: int, level: str
) -> None:
    predictor = NgramPredictor(train_ngrams(np.array(tokens, np.int32), vocabulary_of(level), order))
    ids = np.array([predictor.vocabulary.line_end, *text, *tokens], np.int32)
    one, stretch = predictor.start(1), predictor.start(1)
    log_p = step_by_step(predictor, one, ids)
    targets = np.append(ids[1:], ids[:1])
    scored = predictor.score(stretch, ids, targets)
    assert scored == pytest.approx(log_p[np.arange(len(ids)), targets], abs=1e-5)
    assert one == stretch
    assert np.exp(log_p.astype(np.float64)).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_a_saved_model_is_the_same_model(model: NgramModel, path: Path) -> None:
    loaded = load(str(path), NGRAM_MODEL)
    assert loaded.vocabulary == model.vocabulary
    assert loaded.about["config"] == {"order": ORDER, "level": "char"}
    assert loaded.about["discounts"] == model.about["discounts"]
    for level, other in zip(model.levels, loaded.levels, strict=True):
        for name in ("words", "log_probabilities", "log_backoffs", "first_child"):
            assert np.array_equal(getattr(level, name), getattr(other, name)), name
    ids = random_ids(50, 5)
    predictor = NgramPredictor(load(str(path), NGRAM_MODEL))
    of_file = step_by_step(predictor, predictor.start(1), ids)
    of_memory = NgramPredictor(model)
    assert np.array_equal(of_file, step_by_step(of_memory, of_memory.start(1), ids))


def test_the_bytes_are_a_matter_of_the_text_alone(path: Path) -> None:
    again = io.BytesIO()
    save_ngrams(
        again, train_ngrams(random_ids(2000, 1), vocabulary_of(), ORDER), {"corpus": {"tokens": 2000}}
    )
    assert again.getvalue() == path.read_bytes()


def rewrite(path: Path, change: Callable[[dict[str, Any], Arrays], object], kind: str = NGRAM_MODEL) -> None:
    """Write the model again with other arrays or metadata, so that every checksum is right."""
    file = open_model(str(path))
    arrays = {name: np.array(file.array(name)) for name in file.metadata["arrays"]}
    metadata = {name: value for name, value in file.metadata.items() if name != "arrays"}
    change(metadata, arrays)
    with path.with_name("changed").open("wb") as writer:
        write_model(writer, kind, metadata, arrays)
    path.with_name("changed").replace(path)


def put(name: str, place: int, value: float) -> Callable[[dict[str, Any], Arrays], None]:
    def change(_metadata: dict[str, Any], arrays: Arrays) -> None:
        arrays[name][place] = value

    return change


WRONG: dict[str, Callable[[dict[str, Any], Arrays], object]] = {
    "a word beyond the vocabulary": put("words_4", -1, V),
    "a negative word": put("words_2", 0, -1),
    "words that do not rise": lambda _, arrays: arrays["words_3"].sort(),
    "a word twice": lambda _, arrays: put("words_2", 1, arrays["words_2"][0])(_, arrays),
    "children before the first": put("first_child_1", 0, -1),
    "children beyond the last": put("first_child_2", -1, 1 << 30),
    "children that go back": put("first_child_2", 3, 10_000),
    "fewer children than there are": lambda _, arrays: arrays.update(words_4=arrays["words_4"][:-1]),
    "no end of the children": lambda _, arrays: arrays.update(first_child_1=arrays["first_child_1"][:-1]),
    "no context at all": lambda _, arrays: arrays.update(first_child_3=np.zeros(0, np.int32)),
    "no number": put("log_probabilities_1", 2, np.nan),
    "a probability of 0": put("log_probabilities_4", 2, -np.inf),
    "a probability of 2": put("log_probabilities_3", 2, np.log(2)),
    "a weight of 2": put("log_backoffs_1", 0, np.log(2)),
    "float64": lambda _, arrays: arrays.update(log_backoffs_2=arrays["log_backoffs_2"].astype(np.float64)),
    "two dimensions": lambda _, arrays: arrays.update(words_2=arrays["words_2"][:, None]),
    "int64 words": lambda _, arrays: arrays.update(words_2=arrays["words_2"].astype(np.int64)),
    "an array too few": lambda _, arrays: arrays.pop("words_3"),
    "a token too few": lambda _, arrays: arrays.update(counts=arrays["counts"][:-1]),
    "a higher order": lambda metadata, _: metadata["config"].update(order=ORDER + 1),
    "order 0": lambda metadata, _: metadata["config"].update(order=0),
    "order 10": lambda metadata, _: metadata["config"].update(order=10),
    "order true": lambda metadata, _: metadata["config"].update(order=True),
    "order in words": lambda metadata, _: metadata["config"].update(order="4"),
    "a level unknown": lambda metadata, _: metadata["config"].update(level="syllable"),
    "a level of no type": lambda metadata, _: metadata["config"].update(level=["char"]),
    "no settings": lambda metadata, _: metadata.pop("config"),
    "settings of no type": lambda metadata, _: metadata.update(config=[4, "char"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_whose_parts_do_not_fit_is_refused_in_one_line(name: str, path: Path) -> None:
    rewrite(path, WRONG[name])
    with pytest.raises(ModelError) as refused:
        load(str(path), NGRAM_MODEL)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_another_kind_of_model_is_named(path: Path) -> None:
    rewrite(path, lambda *_: None, kind="language-model")
    with pytest.raises(ModelError, match=r"'language-model'.*'ngram-model'"):
        load(str(path), NGRAM_MODEL)


def test_a_lower_order_of_the_same_file_is_a_model(path: Path) -> None:
    """The highest order then has children that nobody looks at: no damage, as what was refused above is."""
    rewrite(path, lambda metadata, _: metadata["config"].update(order=ORDER - 1))
    assert load(str(path), NGRAM_MODEL).order == ORDER - 1


@pytest.mark.parametrize("seed", range(40))
def test_random_numbers_in_a_file_never_crash(seed: int, path: Path) -> None:
    rng = np.random.default_rng(seed)

    def change(_metadata: dict[str, Any], arrays: Arrays) -> None:
        numbers = [array for name, array in arrays.items() if name not in {"words", "counts"}]
        array = numbers[rng.integers(len(numbers))]
        places = rng.integers(0, len(array), 3)
        if array.dtype == np.int32:
            array[places] = rng.choice([-1, 0, 1, V - 1, V, len(array), len(array) + 1, 2**31 - 1], 3)
        else:
            array[places] = rng.choice([0, -1e-30, -3e38, -np.inf, np.nan, 3e38], 3)

    rewrite(path, change)
    try:
        predictor = NgramPredictor(load(str(path), NGRAM_MODEL))
    except ModelError:
        return
    with np.errstate(over="ignore"):
        ids = random_ids(100, seed)
        predictor.score(predictor.start(1), ids, ids)
        step_by_step(predictor, predictor.start(1), ids)


@pytest.mark.parametrize("before", [[3], [2, 2, 5, 0, 4]])
def test_continuations_have_the_probability_that_they_have_token_by_token(
    model: NgramModel, before: list[int]
) -> None:
    predictor, state = NgramPredictor(model), NgramPredictor(model).start(1)
    next_token = step_by_step(predictor, state, np.array(before, np.int32))[-1]
    continuations = random_ids(60, 7).reshape(12, 5)
    for _ in range(2):  # the state stays
        found = predictor.score_continuations(state, continuations)
        for row, total in zip(continuations, found, strict=True):
            again = predictor.select(state, np.zeros(1, np.intp))
            expected = next_token[row[0]] + predictor.score(again, row[:-1], row[1:]).sum()
            assert total == pytest.approx(expected, abs=1e-4)
    assert predictor.score_continuations(state, continuations[:, :0]).tolist() == [0] * 12
