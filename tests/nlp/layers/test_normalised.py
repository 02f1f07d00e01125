from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.layers.cells.gru_reset_after import GruResetAfter
from nlp.layers.cells.lstm import Lstm
from nlp.layers.cells.rnn import Rnn
from nlp.layers.cells.single_step import StepWeights
from nlp.layers.normalised import (
    FORMS,
    initialize_normalisation_,
    normalised_backward,
    normalised_forward,
    normalised_shapes,
    statistics_shapes,
    without_normalisation,
)
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from tests.nlp.layers.layer_cases import NORMALISED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nlp.layers.cells.cell import Cell

    Array = npt.NDArray[np.floating[Any]]
    Tensors = dict[str, Array]

T, B, D, H = 5, 8, 3, 4
every_form = pytest.mark.parametrize(("form", "cell"), NORMALISED.values(), ids=NORMALISED)


def layer(form: str, cell: Cell, steps: int = T) -> tuple[Tensors, Tensors, Tensors]:
    """Parameters, statistics, and a place for what is observed, full of NaN."""
    parameters = Parameters(normalised_shapes(form, cell, D, H), np.float64)
    parameters.flat[:] = np.random.default_rng(2).standard_normal(parameters.flat.size)
    kept, seen = (Parameters(statistics_shapes(form, cell, H, steps), np.float64) for _ in range(2))
    initialize_normalisation_(parameters.views() | kept.views())
    seen.flat[:] = np.nan
    return parameters.views(), kept.views(), seen.views()


def run(
    cell: Cell, tensors: tuple[Tensors, Tensors, Tensors | None], x: Array, **options: Any
) -> tuple[Array, Array]:
    p, statistics, observed = tensors
    state = np.full((cell.states, x.shape[1], H), 0.3)
    state += np.linspace(0, 1, x.shape[1])[:, None] * np.linspace(1, 2, H)
    start = options.pop("state", state).copy()
    workspace = Workspace(np.float64)
    by_batch, given = observed is not None, p | statistics
    h, cache = normalised_forward(cell, given, x, start, workspace, by_batch=by_batch, **options)
    h = h.copy()
    if observed is not None:  # the way back writes them
        gradients = {name: np.zeros_like(tensor) for name, tensor in p.items()}
        normalised_backward(cell, p, gradients | observed, np.zeros_like(h), cache, workspace)
    return h, start


def drawn(steps: int = T) -> Array:
    return np.random.default_rng(1).standard_normal((steps, B, D))


@every_form
@pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
def test_the_statistics_of_a_batch_give_its_own_result(form: str, cell: Cell, reverse: bool) -> None:
    p, kept, seen = layer(form, cell)
    trained, end = run(cell, (p, kept, seen), drawn(), reverse=reverse)
    used, end_used = run(cell, (p, seen, None), drawn(), reverse=reverse)
    np.testing.assert_allclose(used, trained, atol=1e-12)
    np.testing.assert_allclose(end_used, end, atol=1e-12)


@every_form
def test_reading_token_by_token_equals_reading_at_once(form: str, cell: Cell) -> None:
    p, kept, seen = layer(form, cell, steps=3)
    run(cell, (p, kept, seen), drawn())
    whole, end = run(cell, (p, seen, None), drawn())
    state: Array = np.full((cell.states, B, H), 0.3) + np.linspace(0, 1, B)[:, None] * np.linspace(1, 2, H)
    for t in range(T):
        h, state = run(cell, (p, seen, None), drawn()[t : t + 1], state=state, start=t)
        np.testing.assert_allclose(h[0], whole[t], atol=1e-12)
    np.testing.assert_allclose(state, end, atol=1e-12)


@every_form
def test_in_decoding_a_normalisation_is_folded_into_the_weights(form: str, cell: Cell) -> None:
    p, kept, seen = layer(form, cell, steps=1)
    run(cell, (p, kept, seen), drawn())
    expected, _ = run(cell, (p, seen, None), drawn())
    state: Array = np.full((cell.states, B, H), 0.3) + np.linspace(0, 1, B)[:, None] * np.linspace(1, 2, H)
    weights = StepWeights(cell.sigmas, without_normalisation(p | seen))
    step = cell.single_step(weights, state)
    for x, h in zip(drawn(), expected, strict=True):
        np.testing.assert_allclose(step(x), h, atol=1e-12)


@every_form
def test_rows_that_have_ended_change_no_moment(form: str, cell: Cell) -> None:
    p, kept, seen = layer(form, cell)
    x, active = drawn(), [8, 8, 6, 5, 5]
    h, _ = run(cell, (p, kept, seen), x, active=active)
    moments = {name: tensor.copy() for name, tensor in seen.items()}
    for t, alive in enumerate(active):
        x[t, alive:] = 1e6
    other, _ = run(cell, (p, kept, seen), x, active=active)
    for t, alive in enumerate(active):
        np.testing.assert_allclose(other[t, :alive], h[t, :alive], atol=1e-12)
    for name, tensor in seen.items():
        np.testing.assert_allclose(tensor, moments[name], atol=1e-12)


@pytest.mark.parametrize("active", [None, [8, 8, 6, 5, 5]], ids=["even", "ragged"])
def test_moments_are_those_of_the_places_alive(active: Sequence[int] | None) -> None:
    x = drawn()
    alive = np.arange(B) < np.array(active or [B] * T)[:, None]
    for form, places in (
        ("input", [alive]),
        ("recurrent", [alive * (np.arange(T) == t)[:, None] for t in range(T)]),
    ):
        p, kept, seen = layer(form, Rnn())
        run(Rnn(), (p, kept, seen), x, active=active)
        for step, chosen in enumerate(places):
            products = x[chosen > 0] @ p["W"][0]
            np.testing.assert_allclose(seen["x_mean"][step, 0], products.mean(axis=0), atol=1e-12)
            np.testing.assert_allclose(seen["x_variance"][step, 0], products.var(axis=0), atol=1e-12)


@pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
def test_every_step_kept_is_observed_even_where_the_batch_is_short(reverse: bool) -> None:
    cell = Lstm()
    p, kept, longer = layer("recurrent", cell, steps=T + 2)
    run(cell, (p, kept, longer), drawn(), reverse=reverse)
    _, _, shorter = layer("recurrent", cell, steps=2)
    run(cell, (p, kept, shorter), drawn(), reverse=reverse)
    for name, tensor in longer.items():
        assert np.isfinite(tensor).all()
        np.testing.assert_array_equal(tensor[T:], np.stack([tensor[T - 1]] * 2))
        np.testing.assert_array_equal(shorter[name], tensor[:2])


def test_what_an_input_is_multiplied_by_does_not_matter() -> None:
    """W x and 3 W x have the same normalised values: only γ decides how large they are."""
    for form in FORMS:
        p, kept, seen = layer(form, Lstm())
        h, _ = run(Lstm(), (p, kept, seen), drawn())
        tripled, _ = run(Lstm(), (p, kept, seen), 3 * drawn())
        np.testing.assert_allclose(tripled, h, atol=1e-4)


def test_forms_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="'layer' is none of input, recurrent"):
        normalised_shapes("layer", Lstm(), D, H)
    with pytest.raises(ValueError, match="resets before the product"):
        normalised_shapes("recurrent", GruResetAfter(), D, H)
