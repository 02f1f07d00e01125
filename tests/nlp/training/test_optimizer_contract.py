"""What holds of every optimizer, whichever it is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.training.optimizers import MOMENTS, make_optimizer
from nlp.training.optimizers.optimizer import Optimizer, Step
from tests.implementations import implementations

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nlp.layers.arrays import Floats
    from nlp.layers.parameters import Shapes

every_optimizer = pytest.mark.parametrize("name", MOMENTS)
every_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])
SIZE = 1000
SHAPES = {"w": (SIZE,)}
every_shape = pytest.mark.parametrize("shapes", [SHAPES, {"W": (25, 40)}], ids=["vector", "matrix"])
RNG = np.random.default_rng(0)
START, GRADIENTS = RNG.standard_normal(SIZE), RNG.standard_normal((6, SIZE))


def test_every_optimizer_has_a_name() -> None:
    assert {type(make_optimizer(name, SHAPES)) for name in MOMENTS} == implementations(Optimizer)


def train_(
    optimizer: Optimizer,
    weights: Floats,
    gradients: Floats,
    bounds: Sequence[int] = (0, SIZE),
    first: int = 0,
) -> Floats:
    """Take a step for each of the gradients, slice by slice."""
    scratch = np.full_like(weights, np.nan)
    for number, gradient in enumerate(gradients.astype(weights.dtype), first):
        for begin, end in pairwise(bounds):
            part = slice(begin, end)
            optimizer.update_(part, weights[part], gradient[part], scratch[part], Step(0.01, 0.5, number))
    return weights


@every_optimizer
@every_dtype
def test_the_first_step_goes_against_the_gradient(name: str, dtype: npt.DTypeLike) -> None:
    before: Floats = START.astype(dtype)
    after = train_(make_optimizer(name, SHAPES, dtype), before.copy(), GRADIENTS[:1])
    assert after.dtype == dtype
    assert (np.sign(after - before) == -np.sign(GRADIENTS[0])).all()


@every_optimizer
@every_shape
def test_a_bowl_is_descended(name: str, shapes: Shapes) -> None:
    """Of the loss |w|²/2 the gradient is w: steps bring it down, in every optimizer's own time."""
    weights: Floats = START.copy()
    optimizer, scratch = make_optimizer(name, shapes, np.float64), np.empty(SIZE)
    losses = [float(weights @ weights)]
    for number in range(1000):
        optimizer.update_(slice(0, SIZE), weights, weights.copy(), scratch, Step(0.02, 1.0, number))
        losses.append(float(weights @ weights))
    assert losses[-1] < 1e-3 * losses[0]


@every_optimizer
@every_dtype
@pytest.mark.parametrize("bounds", [(0, 500, SIZE), (0, 1, 8, 17, 999, SIZE), (0, 334, 667, SIZE)])
def test_slices_give_the_bits_of_the_whole(name: str, dtype: npt.DTypeLike, bounds: tuple[int, ...]) -> None:
    whole, slices = (
        train_(make_optimizer(name, SHAPES, dtype), START.astype(dtype), GRADIENTS, cut)
        for cut in ((0, SIZE), bounds)
    )
    assert whole.tobytes() == slices.tobytes()


@every_optimizer
@every_dtype
@every_shape
def test_a_restored_state_goes_on_with_the_same_bits(name: str, dtype: npt.DTypeLike, shapes: Shapes) -> None:
    whole = train_(make_optimizer(name, shapes, dtype), START.astype(dtype), GRADIENTS)
    for done in range(1, len(GRADIENTS)):
        optimizer, again = make_optimizer(name, shapes, dtype), make_optimizer(name, shapes, dtype)
        weights = train_(optimizer, START.astype(dtype), GRADIENTS[:done])
        saved = {key: array.copy() for key, array in optimizer.state.items()}
        train_(optimizer, weights.copy(), GRADIENTS[:1])  # what is saved is a copy
        assert again.state.keys() == saved.keys()
        for key, array in saved.items():
            again.state[key][...] = array
        assert train_(again, weights, GRADIENTS[done:], first=done).tobytes() == whole.tobytes()


@every_optimizer
@every_shape
def test_two_trainings_share_no_state(name: str, shapes: Shapes) -> None:
    expected = train_(make_optimizer(name, shapes), START.astype(np.float32), GRADIENTS)
    train_(make_optimizer(name, shapes), START.astype(np.float32), GRADIENTS[::-1])
    again = train_(make_optimizer(name, shapes), START.astype(np.float32), GRADIENTS)
    assert again.tobytes() == expected.tobytes()


@every_optimizer
@every_dtype
def test_a_gradient_of_zero_moves_nothing(name: str, dtype: npt.DTypeLike) -> None:
    before: Floats = START.astype(dtype)
    after = train_(make_optimizer(name, SHAPES, dtype), before.copy(), np.zeros((3, SIZE)))
    np.testing.assert_allclose(after, before, atol=1e-9)


@every_optimizer
def test_weights_that_rest_leave_no_denormal_number(name: str) -> None:
    """One in the state would make every further step many times slower."""
    optimizer, weights = make_optimizer(name, {"w": (8,)}), np.ones(8, np.float32)
    for number in range(3000):
        gradient = np.full(8, 0.0 if number else 0.1, np.float32)
        optimizer.update_(slice(0, 8), weights, gradient, np.empty(8, np.float32), Step(0.002, 1.0, number))
        if number == 1000:
            resting = weights.copy()
    for array in optimizer.state.values():
        assert (np.abs(array) >= np.finfo(np.float32).tiny).all()
    assert (weights == resting).all()
