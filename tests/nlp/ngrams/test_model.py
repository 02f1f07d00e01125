from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import InputError
from nlp.ngrams import counts as ngram_counts
from nlp.ngrams.config import MAX_ORDER
from nlp.ngrams.discounts import FALLBACK, Discounts, counts_of_counts, estimate_discounts
from nlp.ngrams.model import ABSENT, NgramModel, ngram_perplexity, train_ngrams
from tests.nlp.ngrams.plain_ngrams import PlainNgrams
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.layers.arrays import Floats, Ids

ABC = language_vocabulary("word", "abc")
EOS, UNK, A, B, C = range(5)
LEVELS = ("word", "char")

texts = st.lists(st.integers(0, 4), max_size=60)
orders = st.integers(1, 5)


def int32(numbers: list[int]) -> Ids:
    return np.array(numbers, np.int32)


def log_probabilities(model: NgramModel, ids: Ids, targets: Ids) -> Floats:
    contexts = model.read(np.full(model.order - 1, ABSENT), ids)
    return model.log_probabilities(contexts, targets)


def p(model: NgramModel, target: int, *ids: int) -> float:
    """P(target) after `ids`."""
    logs = log_probabilities(model, int32(list(ids)), int32([0] * (len(ids) - 1) + [target]))
    return math.exp(logs[-1])


def test_a_bigram_model_worked_by_hand() -> None:
    """Two lines, "a b" and "a c"; V = 5: <eos>, <unk>, a, b, c.

    Bigrams, and how often: <eos>a 2, ab 1, b<eos> 1, ac 1, c<eos> 1, so that n_1 = 4, n_2 = 1, n_3 = 0:
    no modified discounts, but Y = 4 / (4 + 2) = 2/3 for all.
    Unigrams, and how many different words stand before them: a 1, b 1, c 1, <eos> 2, of 5 in all;
    n_1 = 3, n_2 = 1, Y = 3/5. They give up 4 · 3/5 of 5, that is 0.48, and every token gets 0.096 of it:
    P(a) = 0.4/5 + 0.096 = 0.176, P(<eos>) = 1.4/5 + 0.096 = 0.376, P(<unk>) = 0.096.
    After a: 2 in all, g = 2 · 2/3 / 2 = 2/3; P(b|a) = (1/3)/2 + 2/3 · 0.176 = 0.284,
    P(<unk>|a) = 2/3 · 0.096 = 0.064. After <eos>: P(a|<eos>) = (4/3)/2 + (2/3)/2 · 0.176 = 0.725333.
    """
    model = train_ngrams(int32([A, B, EOS, A, C, EOS]), ABC, order=2)
    assert model.about["discounts"] == [[3 / 5] * 3, [2 / 3] * 3]
    assert model.about["ngrams"] == [4, 5]
    assert p(model, A, UNK) == pytest.approx(0.176)
    assert p(model, EOS, UNK) == pytest.approx(0.376)
    assert p(model, UNK, UNK) == pytest.approx(0.096)
    assert p(model, B, A) == pytest.approx(0.284)
    assert p(model, UNK, A) == pytest.approx(0.064)
    assert p(model, A, EOS) == pytest.approx(0.725333, abs=1e-6)


def test_the_discounts_of_chen_and_goodman() -> None:
    """n = 10, 5, 2, 1: Y = 10/20, D = 1 - 2 · ½ · 5/10, 2 - 3 · ½ · 2/5, 3 - 4 · ½ · 1/2."""
    counts = np.repeat(np.array([0, 1, 2, 3, 4, 9]), [7, 10, 5, 2, 1, 3])
    assert estimate_discounts(counts_of_counts([counts])) == pytest.approx(Discounts(0.5, 1.4, 2.0))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((0, 5, 2, 1), FALLBACK),
        ((5, 0, 2, 1), FALLBACK),
        ((0, 0, 0, 0), FALLBACK),
        ((8, 1, 0, 0), Discounts(0.8, 0.8, 0.8)),
        ((8, 1, 5, 1), Discounts(0.8, 0.8, 0.8)),  # D_2 = 2 - 3 · 0.8 · 5 < 0
        ((2, 4, 3, 0), Discounts(0.2, 0.2, 0.2)),  # D_3 = 3 would leave nothing of a count of 3
    ],
)
def test_discounts_that_cannot_be_estimated_fall_back(times: tuple[int, ...], expected: Discounts) -> None:
    counts = np.repeat(np.arange(1, 5), times)
    assert estimate_discounts(counts_of_counts([counts])) == pytest.approx(expected)


@settings(max_examples=150)
@given(texts, texts, orders, st.booleans(), st.sampled_from([3, 1000]))
def test_it_is_what_dictionaries_give(
    tokens: list[int], other: list[int], order: int, crosses: bool, chunk: int
) -> None:
    plain = PlainNgrams(tokens, len(ABC), EOS, order, crosses=crosses)
    model = train_ngrams(int32(tokens), ABC, order, crosses_lines=crosses, chunk=chunk)
    for text in (tokens, other):
        ids = [EOS, *text]
        for target in range(len(ABC)):
            targets = [target] * len(ids)
            found = np.exp(log_probabilities(model, int32(ids), int32(targets)))
            assert found == pytest.approx(plain.of_stream(ids, targets), rel=1e-5, abs=1e-6)


@settings(max_examples=100)
@given(texts, texts, st.integers(1, MAX_ORDER), st.sampled_from(LEVELS))
def test_probabilities_sum_to_one_after_anything(
    tokens: list[int], other: list[int], order: int, level: str
) -> None:
    vocabulary = language_vocabulary(level, "abc")
    model = train_ngrams(int32(tokens), vocabulary, order)
    ids = int32([EOS, *tokens, *other])
    columns = [log_probabilities(model, ids, np.full_like(ids, target)) for target in range(len(ABC))]
    assert np.exp(np.array(columns, np.float64)).sum(axis=0) == pytest.approx(1, abs=1e-6)
    assert np.isfinite(columns).all()


@settings(max_examples=50)
@given(texts, texts, orders, st.integers(0, 60))
def test_reading_in_two_stretches_is_reading_in_one(
    tokens: list[int], text: list[int], order: int, cut: int
) -> None:
    model = train_ngrams(int32(tokens), ABC, order)
    ids = int32([EOS, *text])
    whole = model.read(np.full(order - 1, ABSENT), ids)
    first = model.read(np.full(order - 1, ABSENT), ids[: cut + 1])
    second = model.read(first[:, -1], ids[cut + 1 :])
    assert np.array_equal(whole, np.concatenate((first, second), axis=1))


def test_words_are_predicted_from_their_own_line_and_characters_from_all() -> None:
    lines = [A, EOS, B, EOS] * 9 + [C, EOS, C, EOS] * 9
    for level, knows in (("word", False), ("char", True)):
        model = train_ngrams(int32(lines), language_vocabulary(level, "abc"), order=3)
        after_a, after_c = p(model, B, EOS, A, EOS), p(model, B, EOS, C, EOS)
        assert (after_a > 2 * after_c) is knows
        assert (after_a == after_c) is not knows


def test_large_numbers_sort_as_small_ones_do() -> None:
    keys = np.random.default_rng(2).integers(0, 50, 300)
    for numbers in (keys, keys << 54):  # the second leave no bits for their places
        order, ranked = ngram_counts._sorted(numbers)
        assert np.array_equal(ranked, np.sort(numbers))
        assert np.array_equal(order, np.argsort(numbers, kind="stable"))


def test_unseen_tokens_share_what_is_left() -> None:
    vocabulary = language_vocabulary("word", "abcdefgh")
    model = train_ngrams(int32([A, B, A, C, EOS]), vocabulary)
    unseen = [p(model, target, EOS, A) for target in (UNK, 6, 7, 8)]
    assert unseen == pytest.approx([unseen[0]] * 4)
    assert 0 < unseen[0] < p(model, B, EOS, A)


def test_a_text_of_nothing_makes_every_token_alike() -> None:
    model = train_ngrams(int32([]), ABC)
    assert [p(model, target, EOS) for target in range(5)] == pytest.approx([0.2] * 5)
    assert ngram_perplexity(int32([]), int32([A, EOS]), ABC) == pytest.approx(5)


@pytest.mark.parametrize("order", [0, MAX_ORDER + 1])
def test_an_order_out_of_range_is_refused(order: int) -> None:
    with pytest.raises(ValueError, match="order from 1 to 9"):
        train_ngrams(int32([A]), ABC, order)


def test_a_text_too_long_to_number_is_refused() -> None:
    endless = np.broadcast_to(np.zeros(1, np.int32), (ngram_counts.MAX_TOKENS + 1,))
    with pytest.raises(InputError, match="use less text"):
        train_ngrams(endless, ABC)


def test_a_better_context_is_a_lower_perplexity() -> None:
    tokens = int32([A, B, C, EOS, B, A, C, EOS] * 30)
    perplexities = [ngram_perplexity(tokens, tokens, ABC, order) for order in (1, 2, 3)]
    assert perplexities == sorted(perplexities, reverse=True)
    assert perplexities[0] == pytest.approx(4, abs=0.1)
    assert perplexities[2] < 1.3


@pytest.mark.parametrize(("order", "expected"), [(2, 185.7), (3, 148.3), (5, 141.2)])
def test_the_penn_treebank_has_the_perplexity_of_the_literature(
    order: int, expected: float, shared_data: Path
) -> None:
    """Order 5: Mikolov et al. 2011, "Empirical evaluation and combination of advanced LM techniques"."""
    train, test = (
        (shared_data / "en" / "ptb" / f"ptb.{part}.txt").read_text().replace("\n", " <eos> ").split()
        for part in ("train", "test")
    )
    vocabulary = language_vocabulary("word", dict.fromkeys(train))
    assert len(vocabulary) == 10_000
    ids, held_out = (int32(vocabulary.numbers(text)) for text in (train, test))
    assert ngram_perplexity(ids, held_out, vocabulary, order) == pytest.approx(expected, abs=0.1)


def test_characters_beat_the_witten_bell_model(shared_data: Path) -> None:
    text = (shared_data / "en" / "tinyshakespeare.txt").read_text()
    vocabulary = language_vocabulary("char", dict.fromkeys(text))
    ids, cut = int32(vocabulary.numbers(text)), len(text) * 9 // 10
    assert math.log(ngram_perplexity(ids[:cut], ids[cut:], vocabulary, 5)) < 1.57
    assert math.log(ngram_perplexity(ids[:cut], ids[cut:], vocabulary, 7)) < 1.52
