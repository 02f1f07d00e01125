"""What holds of every engine: of this process, of forked ones, of a cluster."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from nlp.errors import InputError, SettingError
from nlp.parallel.cluster import Address, ClusterEngine, cluster_engine
from nlp.parallel.engine import Engine, ForkedEngine
from nlp.parallel.team import WorkerError
from nlp.wording import Message
from tests.implementations import implementations
from tests.nlp.parallel import tasks
from tests.processes import children

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AHEAD = 3
"""So many tasks a worker may be computed before the first result is taken, as the contract says."""

CLUSTER = "cluster"
ENGINES = {"alone": ForkedEngine(1), "forked": ForkedEngine(2)}


@pytest.fixture(params=[*ENGINES, CLUSTER])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == CLUSTER:
        with cluster_engine(Address.parse(request.getfixturevalue(CLUSTER))) as found:
            yield found
    else:
        yield ENGINES[request.param]


def test_every_engine_is_here() -> None:
    kinds = {type(engine) for engine in ENGINES.values() if engine} | {ClusterEngine}
    assert implementations(Engine) == kinds


def test_results_come_in_the_order_of_the_tasks(engine: Engine) -> None:
    assert list(engine.map(tasks.slow_at_first, [(number,) for number in range(20)])) == list(range(20))
    assert list(engine.map(tasks.squared, [])) == []
    assert list(engine.map(tasks.squared, ((number,) for number in (3, 3, 2)))) == [9, 9, 4]


def test_several_maps_may_be_under_way(engine: Engine) -> None:
    ones, twos = (engine.map(tasks.squared, [(number,)] * 12) for number in (1, 2))
    assert list(zip(ones, twos, strict=True)) == [(1, 4)] * 12


def test_the_first_task_that_fails_is_told_as_it_was_raised(engine: Engine) -> None:
    results = engine.map(tasks.failing_from, [(number, 4) for number in range(12)])
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(InputError) as caught:
        next(results)
    assert (caught.value.path, caught.value.line, caught.value.column) == ("a.txt", 4, 7)
    assert str(caught.value) == "a.txt:4:7: no number 4"


def test_a_message_still_names_settings(engine: Engine) -> None:
    with pytest.raises(SettingError) as caught:
        list(engine.map(tasks.refusing, [("a `b`",)] * 3))
    assert isinstance(caught.value.message, Message)
    assert caught.value.message.named(lambda name: f"--{name}") == "lower --lr, a `b`"


def test_what_is_shared_is_the_value_in_a_task(engine: Engine) -> None:
    values = engine.share(list(range(10, 30)))
    numbers = list(engine.map(tasks.of_both, [(values, number) for number in range(20)]))
    assert numbers == list(range(10, 30))


def test_only_a_few_tasks_are_computed_ahead(engine: Engine, tmp_path: Path) -> None:
    results = engine.map(tasks.noting, [(str(tmp_path), number) for number in range(60)])
    assert next(results) == 0
    time.sleep(0.3)
    assert len(list(tmp_path.iterdir())) <= AHEAD * engine.workers
    assert list(results) == list(range(1, 60))


def test_an_abandoned_map_ends_its_work(engine: Engine, tmp_path: Path) -> None:
    before = children(os.getpid())
    results = engine.map(tasks.lasting, [(str(tmp_path), number, 0.1) for number in range(60)])
    assert next(results) == 0
    close = getattr(results, "close")  # noqa: B009  iterators need not have it, generators do
    close()
    assert children(os.getpid()) == before
    time.sleep(0.3)  # for the tasks of a cluster that had begun
    begun = len(list(tmp_path.iterdir()))
    time.sleep(0.3)
    assert len(list(tmp_path.iterdir())) == begun <= AHEAD * engine.workers


def test_tasks_of_a_cluster_are_made_when_they_are_wanted(cluster: str) -> None:
    made = []

    def numbers() -> Iterator[tuple[int]]:
        for number in range(60):
            made.append(number)
            yield (number,)

    with cluster_engine(Address.parse(cluster)) as engine:
        results = engine.map(tasks.squared, numbers())
        assert next(results) == 0
        assert len(made) <= AHEAD * engine.workers
        assert list(results) == [number * number for number in range(1, 60)]


def test_a_worker_that_is_killed_is_told_in_a_line() -> None:
    with pytest.raises(WorkerError, match=r"^one of 2 workers was ended by SIGKILL; .*\?$"):
        list(ForkedEngine(2).map(tasks.deadly, [(number,) for number in range(6)]))


@pytest.mark.parametrize("size", [1, 1 << 22])
def test_also_one_that_waits_or_has_told_a_part_of_its_result(size: int) -> None:
    """A large result does not fit between the processes: its worker is at it until it is wanted."""
    before = set(children(os.getpid()))
    results = ForkedEngine(2).map(tasks.large, [(size,)] * 20)
    assert next(results) == bytes(size)
    time.sleep(0.1)
    for worker in set(children(os.getpid())) - before:
        os.kill(worker, signal.SIGKILL)
    with pytest.raises(WorkerError, match=r"^one of 2 workers was ended by SIGKILL; .*\?$"):
        list(results)
    assert set(children(os.getpid())) == before
