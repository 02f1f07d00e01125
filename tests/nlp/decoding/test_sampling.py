from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.decoding.sampling import Sampler, _place_at, nucleus, top_k
from nlp.decoding.settings import Sampling
from nlp.errors import ModelError

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]

few_values = st.lists(st.sampled_from([0.0, 0.125, 0.25, 0.5, 1.0]), min_size=1, max_size=40)
scores = st.lists(st.floats(-30, 0, width=32), min_size=1, max_size=40)


def log_softmax(values: list[float]) -> Array:
    x = np.array(values, np.float32)
    out: Array = x - np.log(np.exp(x).sum())
    return out


def shares(log_p: Array, sampling: Sampling, draws: int = 4000, recent: tuple[int, ...] = ()) -> Array:
    sampler = Sampler(sampling, np.random.default_rng(0))
    drawn = [sampler(log_p, recent) for _ in range(draws)]
    counts: Array = np.bincount(drawn, minlength=len(log_p)) / draws
    return counts


@given(st.one_of(few_values, scores), st.data())
def test_top_k_keeps_the_k_best_and_the_first_of_equals(values: list[float], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(values)))
    expected = sorted(sorted(range(len(values)), key=lambda n: (-values[n], n))[:k])
    assert top_k(np.array(values), k).tolist() == expected


@given(few_values.filter(any), st.floats(0.01, 1))
def test_a_nucleus_is_the_fewest_that_hold_the_share(values: list[float], p: float) -> None:
    weights = np.array(values)
    kept = nucleus(weights, p)
    assert weights[kept].sum() >= p * weights.sum() * (1 - 1e-12)
    assert weights[kept[:-1]].sum() < p * weights.sum()
    assert kept.tolist() == sorted(range(len(values)), key=lambda n: (-values[n], n))[: len(kept)]


@pytest.mark.parametrize("p", [0.05, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("flatness", [0.01, 1.0, 10.0])
def test_a_nucleus_of_many_tokens_needs_no_full_sort_to_be_the_same(p: float, flatness: float) -> None:
    weights = np.random.default_rng(1).gamma(flatness, size=5000)
    order = np.argsort(-weights, kind="stable")
    count = int(np.searchsorted(np.cumsum(weights[order]), p * weights.sum())) + 1
    assert nucleus(weights, p).tolist() == order[:count].tolist()


def test_the_defaults_draw_from_the_model() -> None:
    log_p = np.log(np.array([0.5, 0.3, 0.2], np.float32))
    np.testing.assert_allclose(shares(log_p, Sampling()), [0.5, 0.3, 0.2], atol=0.03)


@pytest.mark.parametrize("size", [256, 257, 384, 1000])
def test_of_many_tokens_each_is_drawn_as_often_as_it_should_be(size: int) -> None:
    """χ² of all places, wherever the borders of blocks lie; those without weight are never drawn."""
    generator, draws = np.random.default_rng(3), 25_000
    p = generator.gamma(1.0, size=size) + 0.1
    impossible = generator.choice(size, size // 5, replace=False)
    p[[*impossible, *range(128, 200), size - 1]] = 0
    p /= p.sum()
    with np.errstate(divide="ignore"):
        counts = shares(np.log(p).astype(np.float32), Sampling(), draws) * draws
    possible = p > 0
    assert counts[~possible].sum() == 0
    expected = draws * p[possible]
    freedom = possible.sum() - 1
    chi_square = ((counts[possible] - expected) ** 2 / expected).sum()
    assert abs(chi_square - freedom) < 4 * math.sqrt(2 * freedom)


def test_a_share_that_rounding_made_whole_is_the_last_place_with_weight() -> None:
    assert _place_at(1.0, np.array([1, 2, 0], np.float32)) == (1, 1.0)


@pytest.mark.parametrize("share", [0.0, 1e-300, 0.5, 1 - 2**-53])
@pytest.mark.parametrize("seed", range(5))
def test_no_share_however_close_to_the_border_meets_a_token_without_weight(share: float, seed: int) -> None:
    """float32 sums of blocks and running sums in float64 differ by roundings."""

    class Fixed:
        def random(self) -> float:
            return share

    fixed: Any = Fixed()
    weights = np.random.default_rng(seed).gamma(0.1, size=1000)
    weights[[*range(130), *range(300, 384), *range(900, 1000)]] = 0
    with np.errstate(divide="ignore"):
        log_p = np.log(weights / weights.sum()).astype(np.float32)
    drawn = Sampler(Sampling(), fixed)(log_p)
    assert log_p[drawn] > -np.inf
    sums = np.cumsum(np.exp(log_p.astype(float)))
    assert sums[drawn] - np.exp(float(log_p[drawn])) - 1e-5 <= share * sums[-1] <= sums[drawn] + 1e-5


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_temperature_is_a_power_of_the_probabilities(temperature: float) -> None:
    p = np.array([0.5, 0.3, 0.2])
    expected = p ** (1 / temperature) / (p ** (1 / temperature)).sum()
    found = shares(np.log(p).astype(np.float32), Sampling(temperature=temperature))
    np.testing.assert_allclose(found, expected, atol=0.03)


@given(scores, st.sampled_from([0.0, 1e-300, 1e-7]))
def test_no_temperature_takes_the_best_and_the_first_of_equals(
    values: list[float], temperature: float
) -> None:
    log_p = log_softmax(values)
    sampler = Sampler(Sampling(temperature=temperature), np.random.default_rng(0))
    assert sampler(log_p) == int(np.argmax(log_p))


@pytest.mark.parametrize("temperature", [1e6, 1e300])
def test_great_heat_makes_all_alike_but_the_impossible(temperature: float) -> None:
    log_p = np.array([-0.01, -5, -20, -np.inf], np.float32)
    found = shares(log_p, Sampling(temperature=temperature))
    np.testing.assert_allclose(found, [1 / 3, 1 / 3, 1 / 3, 0], atol=0.03)


def test_great_cold_does_not_lose_all_weight() -> None:
    """exp(-700 / 0.001) is 0 for every token unless the best is taken as the origin."""
    log_p = np.array([-700, -701, -702], np.float32)
    assert shares(log_p, Sampling(temperature=0.001), 20).tolist() == [1, 0, 0]


@given(scores, st.integers(1, 50), st.floats(0.05, 1), st.floats(0.05, 5), st.integers(0, 10**6))
@settings(max_examples=200)
def test_what_is_drawn_is_among_the_best_k_and_in_the_nucleus(
    values: list[float], k: int, p: float, temperature: float, seed: int
) -> None:
    log_p = log_softmax(values)
    sampling = Sampling(temperature=temperature, top_k=k, top_p=p)
    drawn = Sampler(sampling, np.random.default_rng(seed))(log_p)
    best = sorted(range(len(log_p)), key=lambda n: (-log_p[n], n))[:k]
    assert drawn in best
    weights = np.exp((log_p[best].astype(float) - log_p[best[0]]) / temperature)
    better = weights > weights[best.index(drawn)] * (1 + 1e-4)  # float32 takes closer ones for equal
    before = weights[better].sum() / weights.sum()
    assert before <= p + 1e-5


def test_k_and_p_meet() -> None:
    log_p = np.log(np.array([0.1, 0.4, 0.3, 0.2], np.float32))
    found = shares(log_p, Sampling(top_k=3, top_p=0.7))  # of 0.4 0.3 0.2 the first two hold 0.78
    np.testing.assert_allclose(found, [0, 4 / 7, 3 / 7, 0], atol=0.03)


@given(scores.filter(lambda values: len(values) > 1), st.floats(1.1, 10), st.data())
def test_a_penalty_lowers_the_repeated_and_no_other(
    values: list[float], penalty: float, data: st.DataObject
) -> None:
    log_p = log_softmax(values)
    repeated = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1))
    sampler = Sampler(Sampling(repetition_penalty=penalty), np.random.default_rng(0))
    found = sampler._penalized(log_p, repeated)
    changed = np.isin(np.arange(len(values)), repeated)
    np.testing.assert_array_equal(found[~changed], log_p[~changed])
    assert (found[changed] <= log_p[changed] + 1e-5).all()
    gentler = Sampler(Sampling(repetition_penalty=1 / penalty), np.random.default_rng(0))
    assert (gentler._penalized(log_p, repeated)[changed] >= log_p[changed] - 1e-5).all()


def test_a_penalty_breaks_a_certain_circle() -> None:
    """Where P(repeated) is all but 1, its log is 0 and no factor moves it: hence the mean as origin."""
    p = np.full(64, 1e-4)
    p[0] = 1 - p[1:].sum()
    log_p = np.log(p).astype(np.float32)
    assert shares(log_p, Sampling(), 500)[0] > 0.97
    assert shares(log_p, Sampling(repetition_penalty=5), 500, recent=(0,))[0] < 0.5


def test_a_penalty_bears_impossible_tokens() -> None:
    log_p = np.log(np.array([0.5, 0.4, 0.1], np.float32))
    with_impossible = np.array([*log_p, -np.inf], np.float32)
    sampler = Sampler(Sampling(repetition_penalty=2), np.random.default_rng(0))
    expected = [*sampler._penalized(log_p, [0]), -np.inf]
    np.testing.assert_allclose(sampler._penalized(with_impossible, [0, 3]), expected, rtol=1e-6)


def test_a_penalty_forgets_what_is_outside_the_window() -> None:
    log_p = np.log(np.array([0.5, 0.4, 0.1], np.float32))
    sampling = Sampling(temperature=0, repetition_penalty=10, repetition_window=2)
    sampler = Sampler(sampling, np.random.default_rng(0))
    assert sampler(log_p, [0]) == 1
    assert sampler(log_p, [0, 2, 2]) == 0


@pytest.mark.parametrize("sampling", [Sampling(), Sampling(0), Sampling(2, 3), Sampling(top_p=0.9)])
def test_the_excluded_are_never_drawn_and_the_input_stays(sampling: Sampling) -> None:
    log_p = np.log(np.array([0.9, 0.05, 0.05], np.float32))
    log_p.flags.writeable = False
    sampler = Sampler(sampling, np.random.default_rng(0), excluded=[0])
    assert {sampler(log_p) for _ in range(100)} <= {1, 2}


@pytest.mark.parametrize("sampling", [Sampling(), Sampling(0), Sampling(2, 3), Sampling(0.5, top_p=0.9)])
@pytest.mark.parametrize("value", [-math.inf, math.nan])
def test_a_model_without_an_answer_is_told(sampling: Sampling, value: float) -> None:
    sampler = Sampler(sampling, np.random.default_rng(0))
    with pytest.raises(ModelError, match="gives no token a probability"):
        sampler(np.full(5, value, np.float32))
