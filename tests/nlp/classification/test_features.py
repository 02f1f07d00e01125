from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.classification.config import ClassifierConfig
from nlp.classification.features import Featurizer


def of(text: str, **settings: object) -> list[int]:
    """The features of one text, in rising order."""
    config = ClassifierConfig(**{"buckets": 1 << 24, **settings})  # type: ignore[arg-type]
    bags = Featurizer(config).bags([text])
    return sorted(bags.buckets.tolist())


def test_each_token_and_each_run_is_a_feature() -> None:
    assert len(of("a b c", ngrams=1)) == 4
    assert len(of("a b c", ngrams=2)) == 4 + 3
    assert len(of("a b c", ngrams=8)) == 4 + 3 + 2 + 1
    assert len(of("", ngrams=3)) == 1
    assert set(of("b a", ngrams=1)) == set(of("a b", ngrams=1))
    assert set(of("b a", ngrams=2)) != set(of("a b", ngrams=2))
    assert of("a a", ngrams=1)[0] in of("a", ngrams=1)


def test_modes_say_what_a_token_is() -> None:
    assert of("我爱 it!", ngrams=1) == of("我 爱 It !", ngrams=1)
    assert len(of("我爱 it!", ngrams=1, mode="spaces")) == 3
    assert of("ab", ngrams=1, mode="chars") == of("a b", ngrams=1, mode="spaces")
    assert of("It", ngrams=1, cased=True) != of("it", ngrams=1, cased=True)


def test_parts_of_words_are_features_of_similar_words() -> None:
    plain, subwords = of("walking", ngrams=1), of("walking", ngrams=1, subwords=True, minn=3, maxn=4)
    assert set(plain) < set(subwords)
    assert len(subwords) == len(plain) + 7 + 6
    shared = set(subwords) & set(of("walked", ngrams=1, subwords=True, minn=3, maxn=4))
    assert len(shared) == 1 + 3 + 2  # the start; <wa wal alk; <wal walk


@given(
    st.lists(st.text(st.sampled_from("ab 我!\t"), max_size=12), min_size=1, max_size=6),
    st.integers(1, 4),
    st.booleans(),
)
def test_texts_have_the_features_that_each_has_alone(some: list[str], ngrams: int, subwords: bool) -> None:
    featurizer = Featurizer(ClassifierConfig(ngrams=ngrams, subwords=subwords, buckets=999))
    bags = featurizer.bags(some)
    assert bags.starts[0] == 0
    assert bags.starts[-1] == len(bags.buckets)
    assert bags.buckets.min() >= 0
    assert bags.buckets.max() < 999
    for number, text in enumerate(some):
        alone = featurizer.bags([text])
        assert np.array_equal(bags.buckets[bags.starts[number] : bags.starts[number + 1]], alone.buckets)
    assert bags.tokens == sum(featurizer.bags([text]).tokens for text in some)
