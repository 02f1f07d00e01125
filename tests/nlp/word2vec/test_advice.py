from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nlp.data.corpus import encode
from nlp.text.vocabulary import Vocabulary
from nlp.training.loop import Curves
from nlp.training.row_updates import StepPlan
from nlp.word2vec.advice import advice_on_training, advice_on_vectors, mean_cosine
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.learner import Word2Vec, WordVectorLearner
from tests.files import TMP

WHOLE = Word2VecConfig(dim=2, min_count=1, subsample=0.0, epochs=40)


def advice(text: str, config: Word2VecConfig = WHOLE) -> list[str]:
    return list(
        advice_on_training(WordVectorLearner(encode([text], TMP, min_count=config.min_count), config))
    )


def varied(tokens: int, types: int = 500) -> str:
    return " ".join(f"word{n % types}" for n in range(tokens))


def test_ordinary_text_needs_no_advice() -> None:
    assert advice(varied(10_000)) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("t h e k i n g " * 2000, True),
        ("t h e k i n g queen " * 2000, False),  # 87.5 %
        ("國 王 和 王 后 吃 飯 " * 2000, False),
        ("a word of a b c " * 2000, False),
    ],
)
def test_text_of_single_characters(text: str, *, told: bool) -> None:
    found = any(
        "single characters; is this text tokenized? nlptool tokenize" in line for line in advice(text)
    )
    assert found is told


def test_little_text() -> None:
    text = varied(2000, 100) + " rare"
    found = advice(text, dataclasses.replace(WHOLE, min_count=2, epochs=5, subsample=0.002))
    remedies = "epochs 155, min_count 1, subsample 0, loss hs"
    assert found == [f"only 6,472 words to learn from, all epochs together; try {remedies}"]
    assert advice(varied(2000), dataclasses.replace(WHOLE, epochs=5, loss="hs"))[0].endswith("try epochs 100")
    assert advice(varied(2000), dataclasses.replace(WHOLE, epochs=150)) == []


def test_only_what_changes_something_is_a_remedy() -> None:
    nothing_is_dropped = dataclasses.replace(WHOLE, min_count=2, epochs=5, subsample=0.01)
    assert advice(varied(2000), nothing_is_dropped)[0].endswith("try epochs 100, loss hs")
    config = dataclasses.replace(WHOLE, min_count=2, max_vocab=3)
    few = encode([varied(2000)], TMP, min_count=2, max_vocab=3)
    (told,) = advice_on_training(WordVectorLearner(few, config))
    assert "a larger max_vocab" in told
    assert "min_count" not in told


def test_small_text_that_is_mostly_dropped() -> None:
    few_types, default = varied(30_000, 10), dataclasses.replace(WHOLE, subsample=1e-3)
    assert "subsample 0.001 drops 89% of this small text" in advice(few_types, default)[0]
    assert advice(few_types) == []
    assert not any("subsample 0.001" in line for line in advice(varied(30_000, 500), default))


def test_full_softmax_over_many_words() -> None:
    config = dataclasses.replace(WHOLE, loss="softmax")
    learner = WordVectorLearner(encode([varied(10_000)], TMP), config)
    assert list(advice_on_training(learner)) == list(advice_on_training(learner, 500)) == []
    (told,) = advice_on_training(learner, 499)
    assert "a full softmax over 500 words is slow" in told
    assert "loss ns" in told


def model(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Word2Vec:
    words = Vocabulary([f"w{n}" for n in range(len(vectors))], [1] * len(vectors))
    return Word2Vec(words, vectors, vectors, WHOLE, StepPlan(64, 1), Curves([1.0], [], 1))


def test_collapsed_vectors() -> None:
    noise = np.random.default_rng(0).standard_normal((1000, 20), dtype=np.float32)
    assert list(advice_on_vectors(model(noise))) == []
    (told,) = advice_on_vectors(model(noise + np.float32(20)))
    assert "have collapsed: words taken at random have a mean cosine of 1.00" in told


def test_mean_cosine_is_that_of_all_pairs() -> None:
    rows = np.random.default_rng(0).standard_normal((30, 4))
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    every = (unit @ unit.T)[~np.eye(30, dtype=bool)].mean()
    assert mean_cosine(rows) == pytest.approx(every)
    assert mean_cosine(rows[:1]) == pytest.approx(0)
    assert mean_cosine(np.zeros((3, 2))) == 0


@pytest.mark.parametrize(
    ("lines", "share"),
    [
        ("A man walks down the street.\nA dog runs, and a cat sleeps.\n", "23%"),
        ("Who comes? The king!\n", "50%"),
        ("A man walks down the street .\n" * 5 + "Mr. Jones sleeps , and e.g. a cat too .\n", None),
        ("J. R. R. comes at 3. and i.e. 5, U.S. and 中国。 a.m. ... — ? , wait\n", None),
        (f"{'word ' * 97} one, two, three,\n", None),
        (f"{'word ' * 95} one, two, three, four,\n", "4%"),
    ],
)
def test_punctuation_attached_to_words(lines: str, share: str | None) -> None:
    told = [line for line in advice(lines * 20) if "punctuation" in line]
    assert len(told) == (share is not None)
    assert all(f"{share} of the words end in a punctuation mark, such as " in line for line in told)
    assert all(line.endswith("is this text tokenized? nlptool tokenize makes words of it") for line in told)
