from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from nlp.errors import InputError
from nlp.vectors.subwords import MOST_NGRAMS, NgramHashing, Subwords, SubwordTable
from nlp.word2vec.config import ARCHITECTURES, Word2VecConfig
from nlp.word2vec.learner import train_word_vectors
from tests.nlp.word2vec.worlds import two_worlds

WORDS = ["where", "a", "naïve", "中文", "x" * 60, "🙂", "her"]
FASTTEXT = NgramHashing(shortest=3, longest=6, buckets=2_000_000)


def fnv_1a(text: str) -> int:
    """fastText's Dictionary::hash, read aloud: a byte is an int8_t before it becomes a uint32_t."""
    h = 2166136261
    for byte in text.encode():
        signed = byte - 256 if byte > 127 else byte
        h = (h ^ (signed & 0xFFFFFFFF)) * 16777619 & 0xFFFFFFFF
    return h


def ngrams(word: str, shortest: int, longest: int) -> list[str]:
    marked = f"<{word}>"
    found = [marked[i : i + n] for n in range(shortest, longest + 1) for i in range(len(marked) - n + 1)]
    return [ngram for ngram in found if ngram not in {"<", ">"}]


def test_the_hash_is_that_of_the_standard_for_ascii() -> None:
    """FNV-1a of "a" and of "foobar", from the test vectors of its authors."""
    assert fnv_1a("a") == 0xE40C292C
    assert fnv_1a("foobar") == 0xBF9CF968


def test_ngrams_of_the_papers_example() -> None:
    """Bojanowski et al. 2017, §3.2: `where` with n = 3 has <wh, whe, her, ere, re>."""
    found, first = NgramHashing(3, 3, 2**31 - 1).of(["where"])
    expected = [fnv_1a(ngram) % (2**31 - 1) for ngram in ("<wh", "whe", "her", "ere", "re>")]
    assert found.tolist() == expected
    assert first.tolist() == [0, 5]


@pytest.mark.parametrize(("shortest", "longest"), [(3, 6), (1, 2), (2, 2), (5, 40)])
def test_all_words_at_once_equal_one_after_the_other(shortest: int, longest: int) -> None:
    hashing = NgramHashing(shortest, longest, 1009)
    found, first = hashing.of(WORDS)
    for w, word in enumerate(WORDS):
        expected = [fnv_1a(ngram) % 1009 for ngram in ngrams(word, shortest, longest)]
        assert found[first[w] : first[w + 1]].tolist() == expected


def test_a_word_is_its_own_row_and_then_its_ngrams_in_order() -> None:
    words = [f"word{number}" for number in range(300)]
    hashing = NgramHashing(3, 4, 1009)
    table = SubwordTable.of(words, hashing)
    found, first = hashing.of(words)
    for w in range(len(words)):
        own, *rows = table.rows[table.first[w] : table.first[w + 1]].tolist()
        assert own == w
        assert table.buckets[np.array(rows) - len(words)].tolist() == found[first[w] : first[w + 1]].tolist()


def test_no_words_have_no_ngrams() -> None:
    found, first = FASTTEXT.of([])
    assert (len(found), first.tolist()) == (0, [0])


@pytest.mark.parametrize(
    ("shortest", "longest", "buckets", "message"),
    [
        (0, 6, 9, "shortest is 0 and longest 6; not 1 <= shortest <= longest <= 64"),
        (5, 4, 9, "shortest is 5 and longest 4"),
        (3, 65, 9, "shortest is 3 and longest 65"),
        (3, 6, 0, "buckets is 0; it must be from 1 to 2147483647"),
        (3, 6, 2**31, "buckets is 2147483648"),
        ("x", 6, 9, "shortest is 'x'; it must be an integer"),
        (3, 6.0, 9, "longest is 6.0"),
        (3, 6, None, "buckets is None"),
        (True, 6, 9, "shortest is True"),
    ],
)
def test_a_hashing_is_refused_where_it_has_no_meaning(
    shortest: Any, longest: Any, buckets: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        NgramHashing(shortest, longest, buckets)


@pytest.mark.parametrize("limits", [(1, 1, 1), (64, 64, 2**31 - 1)])
def test_a_hashing_may_be_at_its_limits(limits: tuple[int, int, int]) -> None:
    found, _ = NgramHashing(*limits).of(["where", "y" * 70])
    assert len(found) > 0
    assert found.min() >= 0


def test_a_word_is_the_mean_of_its_rows() -> None:
    table = SubwordTable.of(WORDS, NgramHashing(3, 6, 500))
    matrix = np.random.default_rng(0).standard_normal((table.size, 3))
    composed = table.compose_all(matrix)
    for w, word in enumerate(WORDS):
        buckets = [fnv_1a(ngram) % 500 for ngram in ngrams(word, 3, 6)][:MOST_NGRAMS]
        rows = [w, *(len(WORDS) + table.buckets.tolist().index(bucket) for bucket in buckets)]
        np.testing.assert_allclose(composed[w], matrix[rows].mean(axis=0))
    assert table.most == 1 + MOST_NGRAMS


def test_the_part_of_a_words_rows_that_is_frequent() -> None:
    table = SubwordTable.of(["where", "here", "x"], NgramHashing(3, 4, 2_000_000))
    # where: itself, <wh whe her ere re> <whe wher here ere>; here: itself, <he her ere re> <her here ere>;
    # x: itself, <x>; what both words have is as frequent as both together
    shares = np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(table.frequent_part(shares, 0.8), [5 / 10, 5 / 8, 0])
    np.testing.assert_allclose(table.frequent_part(shares, 0.4), [1, 5 / 8, 0])
    np.testing.assert_allclose(table.frequent_part(shares, 0.1), [1, 1, 1])


def test_unseen_words_are_the_mean_of_the_ngrams_that_were_trained() -> None:
    table = SubwordTable.of(["where", "here"], FASTTEXT)
    matrix = np.random.default_rng(0).standard_normal((table.size, 3))
    subwords = table.subwords(matrix)
    again = Subwords.from_arrays(
        subwords.metadata(),
        **{name.removeprefix("subword_"): array for name, array in subwords.arrays().items()},
    )
    buckets = table.buckets.tolist()
    known = [
        fnv_1a(g) % 2_000_000
        for g in ngrams("there", 3, 6)
        if g in ngrams("where", 3, 6) + ngrams("here", 3, 6)
    ]
    expected = matrix[[2 + buckets.index(bucket) for bucket in known]].mean(axis=0)
    for source in (subwords, again):
        vector = source.vector("there")
        assert vector is not None
        np.testing.assert_allclose(vector, expected)
        assert source.vector("xyz") is None
        assert source.vector("") is None


WORLDS = (["cattle", "chicken", "horses", "rabbits"], ["sailing", "rudder", "harbour", "anchors"])
SMALL = Word2VecConfig(dim=12, window=3, min_count=1, subsample=0.0, epochs=10, subwords=True)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_a_misspelt_word_is_near_the_right_one(arch: str) -> None:
    model = train_word_vectors(two_worlds(*WORLDS), dataclasses.replace(SMALL, arch=arch))
    assert model.input_vectors.shape == (8, 12)
    assert model.subwords is not None
    unit = model.input_vectors / np.linalg.norm(model.input_vectors, axis=1, keepdims=True)
    for wrong, right in (("chiken", "chicken"), ("harbor", "harbour")):
        vector = model.subwords.vector(wrong)
        assert vector is not None
        assert model.vocabulary.words[int((unit @ vector).argmax())] == right


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("window", [2, 10])
def test_four_times_the_usual_rate_does_not_diverge(arch: str, window: int) -> None:
    config = dataclasses.replace(SMALL, arch=arch, window=window)
    model = train_word_vectors(two_worlds(*WORLDS), dataclasses.replace(config, lr=4 * config.first_lr))
    assert model.curves.epoch_losses[-1] < 6 * np.log(2)


@pytest.mark.parametrize("loss", ["hs", "softmax"])
def test_subwords_need_negative_sampling(loss: str) -> None:
    with pytest.raises(InputError, match="subwords need loss 'ns'"):
        dataclasses.replace(SMALL, loss=loss)


def test_ngrams_have_a_length() -> None:
    with pytest.raises(InputError, match="minn is 5, but maxn 4"):
        dataclasses.replace(SMALL, minn=5, maxn=4)


def test_words_are_decomposed_into_rows_that_compose_them() -> None:
    """The rows that are of other words' n-grams alone stay as they were."""
    words = ["kingdom", "kingdoms", "bread", "rings", "zzz", *(f"n{number}" for number in range(5000))]
    table = SubwordTable.of(words, NgramHashing(3, 6, 100_000))
    rng = np.random.default_rng(1)
    numbers = np.delete(np.arange(len(words)), 4)[::-1]
    vectors = rng.normal(size=(len(numbers), 5)).astype(np.float32)
    before = rng.normal(size=(table.size, 5)).astype(np.float32)
    matrix = before.copy()
    table.decompose_(matrix, numbers, vectors)
    np.testing.assert_allclose(table.compose(matrix, numbers), vectors, atol=1e-5)
    others = np.setdiff1d(np.arange(table.size), table.members(numbers)[0])
    assert 4 in others
    assert np.array_equal(matrix[others], before[others])
    having = {word: set(table.members(np.array([n]))[0].tolist()) for n, word in enumerate(words[:4])}
    shared = min(having["kingdom"] & having["kingdoms"] - having["rings"])
    np.testing.assert_allclose(matrix[shared], (vectors[-1] + vectors[-2]) / 2, atol=1e-6)
