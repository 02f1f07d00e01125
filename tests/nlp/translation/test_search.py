"""The search finds what trying everything finds, and the shortcut for the largest scores is exact."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.layers.workspace import Workspace
from nlp.translation.networks import network_of
from nlp.translation.pairs import NumberedPairs, Ragged, SourceBatch
from nlp.translation.search import Found, by_falling_length, largest, search
from tests.nlp.translation.small import FORMS

if TYPE_CHECKING:
    from nlp.translation.network import TranslationNetwork

END = 3
SOURCES = Ragged.of([[0, 1, 2, 1, 4], [2, 4]])


def network(form: str = "gru", seed: int = 2) -> TranslationNetwork:
    made = network_of(FORMS[form], (5, END + 1), np.float64)
    rng = np.random.default_rng(seed)
    made.initialize_(rng)
    made.parameters.flat[...] *= 3
    return made


def found(made: TranslationNetwork, beam: int, penalty: float = 1.0) -> list[list[Found]]:
    source = SourceBatch(SOURCES.side_by_side(np.arange(2)), SOURCES.lengths)
    workspace = Workspace(np.float64)
    return search(made, made.input_table(), source, END, beam=beam, penalty=penalty, workspace=workspace)


def logprob(made: TranslationNetwork, source: list[int], target: list[int]) -> float:
    pair = NumberedPairs(Ragged.of([source]), Ragged.of([[*target, END]]))
    return -made.loss(pair.batch(np.arange(1)), Workspace(np.float64))


@pytest.mark.parametrize(
    ("form", "beam"), [("gru", 1), ("gru", 2), ("gru", 6), ("additive", 1), ("additive", 3)]
)
def test_it_tells_the_probabilities_of_what_it_finds(form: str, beam: int) -> None:
    made = network(form)
    for source, some in zip([[0, 1, 2, 1, 4], [2, 4]], found(made, beam, 0.7), strict=True):
        assert 0 < len(some) <= beam
        for pieces, told, rank in some:
            assert told == pytest.approx(logprob(made, source, pieces), rel=1e-9)
            assert rank == pytest.approx(told / (len(pieces) + 1) ** 0.7, rel=1e-9)
        assert [one.rank for one in some] == sorted((one.rank for one in some), reverse=True)


def test_a_wide_beam_finds_the_most_probable_of_all_short_targets() -> None:
    made = network(seed=3)
    short = [list(target) for length in range(4) for target in product(range(END), repeat=length)]
    best = max(short, key=lambda target: logprob(made, [2, 4], target))
    assert found(made, 60, 0.0)[1][0].pieces == best


def test_a_beam_of_one_takes_the_best_piece_at_every_step() -> None:
    made, workspace = network(), Workspace(np.float64)
    pieces = found(made, 1)[1][0].pieces
    batch = NumberedPairs(Ragged.of([[2, 4]]), Ragged.of([[*pieces, END]])).batch(np.arange(1))
    memory = made.encode(batch.source, workspace)
    state = made.start(memory)
    for before, after in zip(batch.inputs[:, 0], batch.targets, strict=True):
        scores, state = made.step(made.input_table(), np.array([before]), state, memory, workspace)
        if len(pieces) < 12 or after != END:  # there it is cut
            assert scores[0].argmax() == after


@pytest.mark.parametrize("beam", [1, 3])
def test_a_target_that_does_not_end_is_cut(beam: int) -> None:
    made = network()
    made.parameters["output.b"][END] = -1000
    assert [len(some[0].pieces) for some in found(made, beam)] == [16, 12]  # 1.5 times 5 and 2, and 10 less 1


@given(seed=st.integers(0, 1000), width=st.integers(7, 700), count=st.integers(1, 6))
def test_the_largest_are_those_of_sorting_all(seed: int, width: int, count: int) -> None:
    """Of whole numbers, so that many are equal."""
    z = np.random.default_rng(seed).integers(-30, 30, (3, width)).astype(np.float32)
    values, places = largest(z, count)
    order = np.argsort(-z, axis=1, kind="stable")[:, :count]
    assert places.tolist() == order.tolist()
    assert values.tolist() == np.take_along_axis(z, order, axis=1).tolist()


def test_sources_of_about_the_same_length_go_together() -> None:
    assert by_falling_length([[1], [1, 2], [], [1, 2, 3]], 2) == [[3, 1], [0, 2]]
    assert by_falling_length([], 2) == []
