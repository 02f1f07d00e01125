from __future__ import annotations

import numpy as np
import pytest

from nlp.layers.parameters import Parameters
from nlp.parallel.team import Member, run_team, shared_array
from nlp.training.gradients import ShardedGradient
from nlp.training.language_settings import ADAM
from nlp.training.optimizers import MOMENTS, make_optimizer
from nlp.training.optimizers.optimizer import Step

SIZE = 300_000  # several blocks and tasks, the last one of each shorter
SHAPES = {"E": (1000, 200), "W": (300, 200), "V": (200, 150), "b": (10_000,)}
RNG = np.random.default_rng(0)
WEIGHTS, GRADIENTS = RNG.standard_normal(SIZE), RNG.standard_normal((3, SIZE))


def stepped(name: str, dtype: type, workers: int, limit: float = 0.0) -> tuple[np.ndarray, float]:
    """The weights after two steps along the same gradients, and the norm of the last."""
    parameters = Parameters(SHAPES, dtype, shared_array((SIZE,), dtype))
    parameters.flat[...] = WEIGHTS
    gradient = ShardedGradient(parameters, 3, make_optimizer(name, SHAPES, dtype, 0.1))
    norm = shared_array((1,), np.float64)

    def work(member: Member) -> None:
        for number in range(2):
            if member.index == 0:
                for shard, values in zip(gradient.shards, GRADIENTS, strict=True):
                    assert (shard.flat == 0).all()
                    shard.flat[...] = values
            member.wait()
            for task in member.share(gradient.tasks):
                gradient.sum_(task, limit)
            member.wait()
            norm[0] = gradient.norm()
            for task in member.share(gradient.tasks):
                gradient.apply_(task, Step(0.01, 0.25, number))
            member.wait()

    run_team(workers, work)
    assert not any(shard.flat.any() for shard in gradient.shards)
    return parameters.flat, float(norm[0])


def test_the_step_is_along_the_sum_of_all_shards() -> None:
    weights, norm = stepped("sgd", np.float64, 1)
    total = GRADIENTS.sum(0)
    assert norm == pytest.approx(np.linalg.norm(total), rel=1e-12)
    np.testing.assert_allclose(weights, WEIGHTS - 2 * 0.01 * 0.25 * total, rtol=1e-12)


def test_large_values_are_cut_before_the_norm_is_taken() -> None:
    weights, norm = stepped("sgd", np.float64, 1, limit=0.5)
    total = np.clip(GRADIENTS.sum(0), -0.5, 0.5)
    assert norm == pytest.approx(np.linalg.norm(total), rel=1e-12)
    np.testing.assert_allclose(weights, WEIGHTS - 2 * 0.01 * 0.25 * total, rtol=1e-12)


@pytest.mark.parametrize("name", MOMENTS)
def test_workers_do_not_change_a_bit(name: str) -> None:
    alone, norm = stepped(name, np.float32, 1)
    together, norm_together = stepped(name, np.float32, 3)
    assert (alone.tobytes(), norm) == (together.tobytes(), norm_together)


def test_blocks_move_as_the_whole_vector_does() -> None:
    optimizer, weights = make_optimizer(ADAM, SHAPES, np.float64), WEIGHTS.copy()
    for number in range(2):
        whole = slice(0, SIZE)
        optimizer.update_(whole, weights, GRADIENTS.sum(0), np.empty(SIZE), Step(0.01, 0.25, number))
    np.testing.assert_allclose(stepped(ADAM, np.float64, 1)[0], weights, rtol=1e-12)
