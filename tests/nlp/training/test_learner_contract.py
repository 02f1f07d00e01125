"""What holds of every learner, whatever it learns."""

from __future__ import annotations

import math
from dataclasses import fields
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.networks.config import LanguageModelConfig
from nlp.networks.encoders.encoder import Encoder
from nlp.networks.heads.head import Head
from nlp.networks.learner import NetworkLearner
from nlp.networks.transformer_config import TransformerConfig
from nlp.parallel.team import Member, run_team
from nlp.settings import settings_of
from nlp.training.checkpoint import take_
from nlp.training.language_settings import LanguageSettings
from nlp.training.learner import Learner, Position
from nlp.training.transformer_settings import TransformerSettings
from nlp.word2vec.config import Word2VecConfig
from tests.implementations import implementations
from tests.nlp.training.interrupting import going_on_from, interrupted_at, outcome
from tests.nlp.training.learner_cases import (
    ATTENDING_SETTINGS,
    CASES,
    CONFIGS,
    LANGUAGE_SETTINGS,
    VECTOR_CONFIGS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Make = Callable[..., Learner[Any]]
    Bytes = dict[str, bytes]

every_learner = pytest.mark.parametrize("make", CASES.values(), ids=CASES)


@pytest.fixture(autouse=True)
def _overflows_are_told_by_the_loop() -> Iterator[None]:
    with np.errstate(over="ignore", invalid="ignore"):
        yield


def bytes_of(learner: Learner[Any], at: Position) -> Bytes:
    """All that changes from step to step."""
    return {name: array.tobytes() for name, array in learner.arrays(at).items()}


def places(learner: Learner[Any]) -> Iterator[tuple[Position, Any]]:
    """Every step: where it is, and its data."""
    step = 0
    for epoch in range(learner.epochs):
        for number, data in enumerate(learner.steps(epoch)):
            yield Position(epoch, number, step), data
            step += 1


def after(at: Position) -> Position:
    """The next place of the same epoch."""
    return Position(at.epoch, at.number + 1, at.step + 1)


def do(
    learner: Learner[Any],
    at: Position,
    data: Any,
    workers: int = 1,
    order: Callable[[range], Iterable[int]] = iter,
) -> list[tuple[float, ...]]:
    """Do a step, the tasks of each phase in this order; return its losses."""
    learner.place_(data)
    for phase in learner.phases(workers):
        for task in order(range(phase.tasks)):
            phase.run(at, task)
    return [tuple(loss) for loss in learner.losses(at)]


def values(data: Any) -> list[Any]:
    """What the data of a step hold, to be compared."""
    held = data if isinstance(data, tuple) else [getattr(data, field.name) for field in fields(data)]
    return [np.asarray(one).tolist() for one in held]


def test_every_learner_stands_in_the_table() -> None:
    assert {type(make()) for make in CASES.values()} == implementations(Learner)


def test_every_encoder_and_every_head_is_part_of_a_learner() -> None:
    networks = [one.model for make in CASES.values() if isinstance(one := make(), NetworkLearner)]
    assert {type(network.encoder) for network in networks} == implementations(Encoder)
    assert {type(network.head) for network in networks} == implementations(Head)


@pytest.mark.parametrize(
    ("kind", "used"),
    [
        (LanguageModelConfig, CONFIGS.values()),
        (TransformerConfig, CONFIGS.values()),
        (LanguageSettings, LANGUAGE_SETTINGS.values()),
        (TransformerSettings, ATTENDING_SETTINGS.values()),
        (Word2VecConfig, VECTOR_CONFIGS.values()),
    ],
)
def test_every_choice_stands_in_the_table(kind: type, used: Iterable[Any]) -> None:
    for name, known in settings_of(kind):
        choices = (False, True) if known.kind == "bool" else known.choices
        assert {getattr(one, name) for one in used if isinstance(one, kind)} >= set(choices)


@every_learner
def test_an_epoch_is_read_again_and_from_any_step_on(make: Make) -> None:
    learner = make()
    for epoch in range(learner.epochs):
        whole = [values(data) for data in learner.steps(epoch)]
        assert abs(len(whole) - learner.steps_per_epoch) <= 2
        for skipped in range(len(whole) + 2):
            assert [values(data) for data in learner.steps(epoch, skipped)] == whole[skipped:]


@every_learner
def test_neither_the_order_of_tasks_nor_the_number_of_workers_changes_a_bit(make: Make) -> None:
    def all_steps(workers: int, order: Callable[[range], Iterable[int]]) -> list[Any]:
        learner = make()
        return [
            (do(learner, at, data, workers, order), bytes_of(learner, after(at)))
            for at, data in islice(places(learner), 6)
        ]

    expected = all_steps(1, iter)
    assert len({state[next(iter(state))] for _, state in expected}) == len(expected)  # each step moves it
    for workers, order in ((2, iter), (5, reversed)):
        assert all_steps(workers, order) == expected


@every_learner
def test_a_step_depends_on_its_place_its_data_and_the_saved_arrays_alone(make: Make) -> None:
    """Done again by the same learner, or by one that has done others, it gives the same bits."""
    learner, other = make(), make()
    for at, data in islice(places(other), 2):
        do(other, at, data)
    for at, data in islice(places(learner), 6):
        before = {name: array.copy() for name, array in learner.arrays(at).items()}
        found = do(learner, at, data), bytes_of(learner, after(at))
        if at.number % 3 != 1:
            continue
        for again in (learner, other):
            for name, array in again.arrays(at).items():
                take_(array, before[name])
            assert bytes_of(again, at) == {name: array.tobytes() for name, array in before.items()}
            assert (do(again, at, data), bytes_of(again, after(at))) == found


@every_learner
def test_what_a_worker_writes_all_others_see(make: Make) -> None:
    """Each of two does every other task: of two learners it begins with the one and with the other.

    The leader reads the data when the other worker is already there.
    """
    alone, learners = make(), (make(), make())
    steps = list(islice(places(alone), 3))
    expected = [do(alone, at, data) for at, data in steps]
    found: list[list[Any]] = [[], []]

    def work(member: Member) -> None:
        for at, data in steps:
            for first, learner in enumerate(learners):
                if not member.index:
                    learner.place_(data)
                member.wait()
                for phase in learner.phases(member.workers):
                    for task in range((member.index + first) % 2, phase.tasks, 2):
                        phase.run(at, task)
                    member.wait()
                if not member.index:
                    found[first].append([tuple(loss) for loss in learner.losses(at)])

    run_team(2, work)
    end = after(steps[-1][0])
    for first, learner in enumerate(learners):
        assert (found[first], bytes_of(learner, end)) == (expected, bytes_of(alone, end))


@every_learner
def test_a_state_holds_while_the_next_gradient_is_computed(make: Make) -> None:
    learner = make()
    for at, data in islice(places(learner), 3):
        before = bytes_of(learner, at)
        first, *later = learner.phases(1)
        assert later
        learner.place_(data)
        for task in range(first.tasks):
            first.run(at, task)
        assert bytes_of(learner, at) == before
        for phase in later:
            for task in range(phase.tasks):
                phase.run(at, task)
        list(learner.losses(at))


@every_learner
def test_one_step_done_again_and_again_is_learnt(make: Make) -> None:
    learner = make()
    data = next(learner.steps(0))
    means = []
    for step in range(16):
        losses = do(learner, Position(0, 0, step), data)
        assert np.isfinite(losses).all()
        nats, predictions, untrained = np.sum(losses, axis=0)
        means.append(nats / predictions)
        if not step:
            before = max(untrained / predictions, learner.loss_before())
    assert means[0] < 1.1 * before
    assert means[-1] < 0.9 * means[0]


@every_learner
def test_it_goes_on_where_it_stopped_with_any_number_of_workers(make: Make, tmp_path: Path) -> None:
    whole, path = outcome(make()), tmp_path / "checkpoint"
    assert np.isfinite([*whole[1]["epoch_losses"], *whole[1]["valid_losses"]]).all()
    interrupted_at(make().steps_per_epoch + 3, path, make(), 2)
    watch = going_on_from(path)
    state = watch.resume()
    assert state
    assert state.figures["position"]["epoch"] == 1
    assert outcome(make(), 1, watch) == whole


@every_learner
def test_what_it_says_of_itself_is_consistent(make: Make) -> None:
    learner = make()
    tasks = learner.phases(1)[0].tasks
    for workers in range(1, 9):
        assert 1 <= learner.team_size(workers) <= min(workers, tasks)
        phases = learner.phases(workers)
        assert phases[0].tasks == tasks
        assert all(phase.tasks > 0 for phase in phases)
    numbers = range(len(list(learner.steps(0))) + 1)
    done = [learner.part_done(number) for number in numbers]
    assert done[0] == 0
    assert done == sorted(done)
    assert 0.8 < done[-1] <= 1
    rates = [learner.learning_rate(at) for at, _ in places(learner)]
    assert min(rates) > 0
    assert rates == sorted(rates, reverse=True)
    arrays = learner.arrays(Position()).values()
    assert all(any(array is saved for saved in arrays) for array in learner.learnt)


@every_learner
def test_an_evaluation_changes_nothing_and_is_made_where_there_is_held_out_text(make: Make) -> None:
    learner, at = make(), Position()
    before = bytes_of(learner, at)
    loss = learner.evaluate()
    assert loss is not None
    assert 0 < loss < math.inf
    assert learner.evaluate() == loss
    assert learner.rehearse_epoch_end() >= sum(array.nbytes for array in learner.learnt)
    learner.loss_before()
    assert bytes_of(learner, at) == before
    alone = make(valid=False)
    assert alone.evaluate() is None
    assert alone.rehearse_epoch_end() == 0
    assert bytes_of(alone, at) == before
