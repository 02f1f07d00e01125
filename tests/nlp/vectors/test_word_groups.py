from __future__ import annotations

from zlib import crc32

import numpy as np

from nlp.classification.config import ClassifierConfig
from nlp.classification.features import Featurizer
from nlp.text.vocabulary import Vocabulary
from nlp.vectors.word_groups import WordGroups, word_groups
from nlp.vectors.word_vectors import WordVectors

WORDS = ["cat", "dog", "oak", "elm"]


def groups() -> WordGroups:
    matrix = np.array([[1, 0.1], [1, 0], [0, 1], [0.1, 1]], np.float32)
    return word_groups(WordVectors(Vocabulary(WORDS, [4, 3, 2, 1]), matrix), seed=1, sizes=(2, 4))


def hashes(*words: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    return np.array([crc32(word.encode()) for word in words], np.uint32)


def test_words_that_lie_together_are_a_group() -> None:
    cat, dog, oak, elm, other = groups().of(0, hashes(*WORDS, "other"))
    assert cat == dog
    assert oak == elm
    assert cat != oak
    assert other == hashes("other")[0]
    assert len(set(groups().of(1, hashes(*WORDS)).tolist())) == 4


def test_groups_count_as_words_do() -> None:
    featurizer = Featurizer(ClassifierConfig(buckets=1 << 24), groups())
    cat, dog, other = (featurizer.bags([f"a {word} b"]).buckets for word in ("cat", "dog", "mouse"))
    plain = [
        Featurizer(ClassifierConfig(buckets=1 << 24)).bags([f"a {word} b"]).buckets for word in ("cat", "dog")
    ]
    assert len(cat) == len(plain[0]) + 2 * (4 + 3 * 3)
    assert len(np.intersect1d(cat, dog)) > len(np.intersect1d(plain[0], plain[1])) + 4
    assert len(np.intersect1d(cat, dog)) > len(np.intersect1d(cat, other))


def test_a_further_division_may_be_of_other_words() -> None:
    found = groups().with_division(np.sort(hashes("cat", "fox")), np.array([3, 4], np.int32))
    assert found.groups.shape == (3, 5)
    assert found.of(0, hashes(*WORDS)).tolist() == groups().of(0, hashes(*WORDS)).tolist()
    assert sorted(found.numbers(2, hashes("cat", "fox", "dog", "other")).tolist()) == [0, 0, 4, 5]
    assert found.numbers(0, hashes("fox")).tolist() == [0]
    assert found.size == 5 * 8 + 3 * 5 * 4
