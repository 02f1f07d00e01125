"""What holds of every layer, whichever it is."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.layers.workspace import Workspace
from tests.nlp.layers.gradcheck import check_gradients
from tests.nlp.layers.layer_cases import CASES, Size
from tests.nlp.layers.poisoned import PoisonedWorkspace

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from tests.nlp.layers.layer_cases import Gradients, Layer

    Make = Callable[[Size, npt.DTypeLike], Layer]

every_layer = pytest.mark.parametrize("make", CASES.values(), ids=CASES)
SMALL = Size()


def run(layer: Layer, workspace: Workspace) -> tuple[float, Gradients]:
    loss, gradients = layer.step(workspace)
    return loss, {name: gradient.copy() for name, gradient in gradients.items()}


def assert_same_bits(one: tuple[float, Gradients], other: tuple[float, Gradients]) -> None:
    assert one[0] == other[0]
    assert np.isfinite(one[0])
    assert one[1].keys() == other[1].keys()
    for name, gradient in one[1].items():
        np.testing.assert_array_equal(gradient, other[1][name], strict=True)


@every_layer
@pytest.mark.parametrize("size", [SMALL, Size(steps=1)], ids=["T3", "T1"])
def test_gradients_equal_central_differences_in_every_batch(make: Make, size: Size) -> None:
    layer, workspace = make(size, np.float64), Workspace(np.float64)
    first = run(layer, workspace)
    assert first[1].keys() == layer.tensors.keys()
    check_gradients(lambda: layer.step(workspace)[0], layer.tensors, first[1])
    assert_same_bits(run(layer, workspace), first)


@every_layer
def test_nothing_is_read_before_it_is_written(make: Make) -> None:
    layer = make(SMALL, np.float32)
    assert_same_bits(run(layer, PoisonedWorkspace()), run(layer, Workspace()))


@every_layer
def test_a_batch_smaller_than_the_one_before_equals_a_first(make: Make) -> None:
    workspace = Workspace()
    large, small = make(Size(7, 9), np.float32), make(SMALL, np.float32)
    run(large, workspace)
    assert_same_bits(run(small, workspace), run(small, Workspace()))


@every_layer
def test_inputs_are_left_as_they_are(make: Make) -> None:
    layer = make(SMALL, np.float32)
    before = {name: tensor.copy() for name, tensor in layer.tensors.items()}
    layer.step(Workspace())
    for name, tensor in layer.tensors.items():
        np.testing.assert_array_equal(tensor, before[name])


@every_layer
def test_float32_stays_float32_and_is_close(make: Make) -> None:
    loss, gradients = run(make(SMALL, np.float32), Workspace())
    exact_loss, exact = run(make(SMALL, np.float64), Workspace(np.float64))
    assert isinstance(loss, float)
    assert loss == pytest.approx(exact_loss, rel=1e-4, abs=1e-4)
    for name, gradient in gradients.items():
        assert gradient.dtype == np.float32
        np.testing.assert_allclose(gradient, exact[name], atol=1e-4 * np.abs(exact[name]).max())


@every_layer
def test_the_second_batch_allocates_nothing_large(make: Make) -> None:
    """Large is half of one activation (T, B, H), or of the input where that is wider."""
    if make is CASES["embedding"]:
        pytest.skip("a lookup hands out a new array")
    size = Size(steps=10, batch=100, inputs=64, hidden=64, vocabulary=64)
    layer, workspace = make(size, np.float32), Workspace()
    layer.step(workspace)
    tracemalloc.start()
    try:
        layer.step(workspace)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    activation = size.steps * size.batch * size.hidden * np.float32().nbytes
    widest = layer.tensors["x"].nbytes if "x" in layer.tensors else 0
    assert peak < max(activation, widest) / 2
