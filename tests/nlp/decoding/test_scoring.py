from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.decoding.mixture import TextReader, mixed, tuned_weights
from nlp.decoding.reading import stretch_length
from nlp.decoding.scoring import LineReader, Score
from nlp.text.vocabulary import WORDS
from tests.nlp.decoding.bigram import Bigrams, random_bigrams

if TYPE_CHECKING:
    from collections.abc import Sequence


def chain(predictor: Bigrams, text: str, before: str = "\n") -> list[float]:
    """log P of each character, one bigram at a time."""
    numbers = predictor.vocabulary.numbers(before + text)
    return [float(predictor.log_table[a, b]) for a, b in itertools.pairwise(numbers)]


def values(reader: LineReader, lines: Sequence[str]) -> list[list[float]]:
    return [read.by_model[0].tolist() for read in reader.read(lines)]


LINES = ["abba", "", "b", "axb"]


@pytest.mark.parametrize("is_cut_freely", [False, True])
def test_lines_are_one_stream(is_cut_freely: bool) -> None:
    predictor = random_bigrams(1)
    predictor.is_cut_freely = is_cut_freely  # type: ignore[attr-defined]
    reader = LineReader([predictor])
    found = values(reader, LINES[:2]) + values(reader, LINES[2:])
    assert list(itertools.chain(*found)) == chain(predictor, "".join(line + "\n" for line in LINES))
    assert [len(one) for one in found] == [5, 1, 2, 4]
    assert (max(predictor.calls) == 6) == is_cut_freely


@pytest.mark.parametrize("is_cut_freely", [False, True])
def test_by_line_each_begins_anew(is_cut_freely: bool) -> None:
    class Remembering(Bigrams):
        """The state counts the tokens read: what a bigram alone would not show."""

        def score(self, state, ids, targets):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            read = max(0, int(state[0]) - 1000)
            found = self.log_table[ids, targets] - np.arange(read, read + len(ids))
            state[:] = 1000 + read + len(ids)
            return found

    predictor = random_bigrams(2)
    predictor.__class__ = Remembering
    predictor.is_cut_freely = is_cut_freely  # type: ignore[attr-defined]
    alone = values(LineReader([predictor], by_line=True), ["ab", "ab"])
    assert alone[0] == alone[1]
    stream = values(LineReader([predictor]), ["ab", "ab"])
    assert stream[0] == alone[0]
    assert stream[1] == pytest.approx([one - 3 for one in alone[1]])


def test_what_is_unknown_is_counted() -> None:
    (read,) = LineReader([random_bigrams(3)]).read(["axyb"])
    assert list(read.unknown) == [1, 2]
    assert read.pieces == "axyb\n"
    word_model = random_bigrams(3, "a b", WORDS)
    (read,) = LineReader([word_model]).read([["a", "x", "<unk>"]])
    assert (list(read.unknown), list(read.pieces)) == ([1, 2], ["a", "x", "<unk>", "<eos>"])


@pytest.mark.parametrize("is_cut_freely", [False, True])
def test_long_lines_are_read_in_stretches(is_cut_freely: bool) -> None:
    predictor = random_bigrams(4)
    predictor.is_cut_freely = is_cut_freely  # type: ignore[attr-defined]
    text = "abbabaab" * 2500
    assert values(LineReader([predictor]), [text]) == [chain(predictor, text + "\n")]
    assert max(predictor.calls) == stretch_length(predictor) < len(text)


def test_only_what_scores_the_whole_vocabulary_reads_less_at_once_the_larger_that_is() -> None:
    predictor = random_bigrams(4, "".join(map(chr, range(0x4E00, 0x4E00 + 1500))))
    longest = stretch_length(random_bigrams(4))
    assert stretch_length(predictor) < longest
    predictor.is_cut_freely = True  # type: ignore[attr-defined]
    assert stretch_length(predictor) == longest


def test_a_score_is_a_perplexity() -> None:
    assert Score(4, 0, -4 * math.log(3)).perplexity == pytest.approx(3)
    assert math.isnan(Score().perplexity)
    assert Score(1, 0, -math.inf).perplexity == math.inf
    assert Score(1, 0, -1e6).perplexity == math.inf
    assert Score(1, 1, -2.0).plus(Score(2, 0, -3.0, -3.0)) == Score(3, 1, -5.0, -3.0)
    assert Score(5, 1, -math.inf, -4 * math.log(3)).known_perplexity == pytest.approx(3)
    assert math.isnan(Score(2, 2, -3.0).known_perplexity)


@given(st.floats(0, 1), st.integers(0, 1000))
@settings(max_examples=50)
def test_a_mixture_is_the_weighted_mean(weight: float, seed: int) -> None:
    p = np.random.default_rng(seed).uniform(0.001, 1, (2, 20))
    found = mixed(list(np.log(p)), [1 - weight, weight])
    np.testing.assert_allclose(np.exp(found), (1 - weight) * p[0] + weight * p[1], rtol=1e-12)


def test_all_weight_on_one_is_that_one() -> None:
    log_p = list(np.log(np.random.default_rng(0).uniform(0.001, 1, (2, 20))))
    np.testing.assert_array_equal(mixed(log_p, [1, 0]), log_p[0])
    np.testing.assert_array_equal(mixed(log_p, [0, 1]), log_p[1])
    impossible = [np.array([-np.inf]), np.array([-np.inf])]
    assert mixed(impossible, [0.5, 0.5]).tolist() == [-math.inf]


@pytest.mark.parametrize("reference", ["ab", "abcd"])
@pytest.mark.parametrize("own", ["ab", "abc", "abxy"])
def test_another_vocabulary_gives_a_distribution_all_the_same(own: str, reference: str) -> None:
    """Every token of the reference, and one that it lacks for its <unk>: together they have it all."""
    predictor, known = random_bigrams(5, own), random_bigrams(6, reference).vocabulary
    total = 0.0
    for token in known.words:
        reader = TextReader(predictor, known)
        before = reader.read("abx")
        assert len(before) == 3
        piece = "?" if known.index[token] == known.unknown else token
        total += math.exp(float(reader.read([piece])[0]))
    assert total == pytest.approx(1)


def test_the_unknown_of_the_reference_has_all_that_it_lacks() -> None:
    predictor, known = random_bigrams(7, "abxy"), random_bigrams(8, "abcd").vocabulary
    row = np.exp(predictor.log_table[predictor.vocabulary.line_end])
    index = predictor.vocabulary.index
    expected = {
        "a": row[index["a"]],
        "c": row[index["<unk>"]] / 3,  # c, d and the rest of the world
        "x": row[index["<unk>"]] / 3 + row[index["x"]] + row[index["y"]],
        "?": row[index["<unk>"]] / 3 + row[index["x"]] + row[index["y"]],
    }
    for token, p in expected.items():
        assert math.exp(float(TextReader(predictor, known).read([token])[0])) == pytest.approx(p)


def test_the_context_is_what_the_predictor_knows() -> None:
    """A token that only the predictor knows is one to predict from as well."""
    predictor, known = random_bigrams(9, "abx"), random_bigrams(10, "ab").vocabulary
    found = TextReader(predictor, known).read("axbab")
    index = predictor.vocabulary.index
    assert found[2] == pytest.approx(predictor.log_table[index["x"], index["b"]])
    assert found[4] == pytest.approx(predictor.log_table[index["a"], index["b"]])


def test_tuned_weights_are_the_best() -> None:
    rng = np.random.default_rng(0)
    log_p = list(np.log(rng.beta(0.5, 2, (2, 400))))
    _, weight = tuned_weights(log_p, [None, None])

    def text_log_p(w: float) -> float:
        return float(mixed(log_p, [1 - w, w]).sum())

    best = max(np.linspace(0, 1, 2001), key=text_log_p)
    assert weight == pytest.approx(best, abs=1e-3)
    assert 0.05 < weight < 0.95


def test_given_weights_stay() -> None:
    log_p = list(np.log(np.random.default_rng(1).beta(0.5, 2, (3, 300))))
    weights = tuned_weights(log_p, [None, 0.25, None])
    assert weights[1] == 0.25
    assert sum(weights) == pytest.approx(1)
    total = mixed(log_p, weights).sum()
    for shift in (-0.01, 0.01):
        other = [weights[0] + shift, 0.25, weights[2] - shift]
        assert mixed(log_p, other).sum() < total


def test_weights_of_nothing_and_of_the_impossible() -> None:
    assert tuned_weights([np.empty(0), np.empty(0)], [None, None]) == [0.5, 0.5]
    impossible = np.full(3, -np.inf)
    assert tuned_weights([impossible, impossible], [None, None]) == [0.5, 0.5]
    assert tuned_weights([np.zeros(3), impossible], [None, None]) == pytest.approx([1, 0])
