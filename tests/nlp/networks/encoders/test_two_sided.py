from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.data.batches import Batch
from nlp.errors import InputError
from nlp.layers.workspace import Workspace
from nlp.networks.config import LanguageModelConfig
from nlp.networks.encoders.two_sided import HIDDEN_SIDE, TwoSidedEncoder
from nlp.networks.files import save_language_model
from nlp.networks.network import Network
from nlp.storage.kinds import FILL_MODEL, load
from tests.nlp.layers.gradcheck import check_slopes
from tests.nlp.layers.poisoned import PoisonedWorkspace
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.parameters import Parameters

V = 7
CELLS: dict[str, dict[str, Any]] = {
    "rnn": {"cell": "rnn"},
    "relu": {"cell": "rnn", "activation": "relu", "init": "identity"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
    "gru, reset after": {"cell": "gru", "gru_reset": "after"},
}
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def made(dtype: Any = np.float32, **settings: Any) -> Network:
    chosen = {"layers": 2, "hidden": 3, "embed_dim": 2, "bidirectional": True, **settings}
    model = Network(LanguageModelConfig(**chosen), V, dtype=dtype)
    model.initialize_(np.random.default_rng(1))
    model.parameters.flat[...] *= 3  # far from linear
    return model


def stream(steps: int, columns: int, seed: int = 0) -> Ids:
    return np.random.default_rng(seed).integers(0, V, (steps + 1, columns), np.int32)


def batch_of(text: Ids) -> Batch:
    ids, targets = np.ascontiguousarray(text[:-1]), np.ascontiguousarray(text[1:])
    return Batch(ids, targets, np.ones(ids.shape, np.float32))


def predictions(model: Network, text: Ids) -> Floats:
    """log P of every token at each place but the first, (T, B, V)."""
    batch = batch_of(text)
    h = model.hidden(text, model.new_state(text.shape[1]), Workspace())
    log_p = model.head.log_probabilities(model.parameters, h.reshape(batch.ids.size, -1), Workspace())
    return log_p.reshape(*batch.ids.shape, V).copy()


def log_p_between(model: Network, left: Floats | None, right: Floats | None, workspace: Workspace) -> Floats:
    """log P of every token between two sides, (N, V)."""
    assert isinstance(model.encoder, TwoSidedEncoder)
    h = model.encoder.join(left, right, workspace)
    return model.head.log_probabilities(model.parameters, h, workspace)


def gradients_of(
    model: Network, batch: Batch, workspace: Workspace, state: Floats | None = None, seed: int = 5
) -> tuple[float, Parameters]:
    gradients = model.parameters.like()
    before = model.new_state(batch.ids.shape[1]) if state is None else state.copy()
    generator = np.random.default_rng(seed)
    loss, _ = model.loss_and_grad(batch, before, gradients, workspace, generator)
    return loss, gradients


@every_cell
def test_no_token_reaches_its_own_prediction(cell: dict[str, Any]) -> None:
    """Nor does any other place stay untouched: the comparison would show nothing if predictions were deaf."""
    model, text = made(**cell), stream(9, 2)
    before = predictions(model, text)
    for place in range(1, len(text)):
        changed = text.copy()
        changed[place, 0] = (changed[place, 0] + 3) % V
        after = predictions(model, changed)
        np.testing.assert_array_equal(after[place - 1], before[place - 1])
        np.testing.assert_array_equal(after[:, 1], before[:, 1])
        others = [t for t in range(len(before)) if t != place - 1]
        if cell.get("activation") != "relu":  # whose units may be off
            assert all((after[t, 0] != before[t, 0]).any() for t in others)


@every_cell
@pytest.mark.parametrize("steps", [1, 6])
def test_gradients_equal_central_differences(cell: dict[str, Any], steps: int) -> None:
    model = made(np.float64, **cell)
    batch = batch_of(stream(steps, 3, seed=2))
    batch.mask[-1, 1:] = 0
    state = np.random.default_rng(3).standard_normal(model.new_state(3).shape)
    workspace = Workspace(np.float64)
    for _ in range(2):  # the second time on used buffers
        _, gradients = gradients_of(model, batch, workspace, state)
    views = model.parameters.views()
    seen = {name: w for name, w in views.items() if np.abs(gradients[name]).max() > 1e-6}
    assert seen.keys() == views.keys() or steps < 6
    check_slopes(lambda: gradients_of(model, batch, workspace, state)[0], seen, gradients.views())


def test_dropout_is_in_the_gradient() -> None:
    model = made(np.float64, dropout=0.4, layers=1, hidden=3)
    batch, workspace = batch_of(stream(5, 3)), Workspace(np.float64)
    _, gradients = gradients_of(model, batch, workspace)
    parameters = model.parameters.views()
    check_slopes(lambda: gradients_of(model, batch, workspace)[0], parameters, gradients.views())


def test_the_output_may_be_in_clusters() -> None:
    config = LanguageModelConfig(softmax="adaptive", layers=1, hidden=4, embed_dim=3, bidirectional=True)
    model = Network(config, 60, dtype=np.float64)
    model.initialize_(np.random.default_rng(1))
    text = np.random.default_rng(2).integers(0, 60, (7, 30), np.int32)
    batch, workspace = batch_of(text), Workspace(np.float64)
    _, gradients = gradients_of(model, batch, workspace)
    step = 1e-5 * gradients.flat / np.sqrt(gradients.flat @ gradients.flat)
    model.parameters.flat[...] += step
    above, _ = gradients_of(model, batch, workspace)
    model.parameters.flat[...] -= 2 * step
    below, _ = gradients_of(model, batch, workspace)
    assert (above - below) / 2 == pytest.approx(step @ gradients.flat, rel=1e-6)
    h = np.random.default_rng(3).standard_normal((5, 4))
    np.testing.assert_allclose(np.exp(log_p_between(model, h, h, workspace)).sum(axis=1), 1)


def test_a_prediction_that_does_not_count_changes_nothing() -> None:
    model, text = made(), stream(6, 2)
    batch, other = batch_of(text), batch_of(text)
    other.mask[2, 1] = batch.mask[2, 1] = 0
    loss, _ = model.loss(batch, model.new_state(2), Workspace())
    p = predictions(model, text)
    expected = -sum(p[t, b, text[t + 1, b]] for t in range(6) for b in range(2) if (t, b) != (2, 1))
    assert loss == pytest.approx(expected, rel=1e-5)


def test_only_the_forward_state_is_carried() -> None:
    """A text in two windows: the second sees all of the left side, the first nothing of the second."""
    model, text = made(), stream(8, 2)
    whole, state = predictions(model, text), model.new_state(2)
    first, second = batch_of(text[:5]), batch_of(text[4:])
    model.loss(first, state, Workspace())
    loss, count = model.loss(second, state, Workspace())
    targets = np.take_along_axis(whole[4:], text[5:, :, None], axis=2)
    assert count == 8
    assert loss == pytest.approx(-targets.sum(), rel=1e-5)
    alone = predictions(model, text[:5])
    assert (alone != whole[:4]).any()


def test_a_side_that_is_not_known_is_zero() -> None:
    model = made()
    h = np.random.default_rng(0).standard_normal((3, 3)).astype(np.float32)
    one = log_p_between(model, h, None, Workspace()).copy()
    np.testing.assert_array_equal(one, log_p_between(model, h, np.zeros_like(h), Workspace()))
    assert (one != log_p_between(model, None, h, Workspace())).any()
    np.testing.assert_allclose(np.exp(one).sum(axis=1), 1, rtol=1e-5)
    with pytest.raises(ValueError, match="neither side"):
        log_p_between(model, None, None, Workspace())


def test_training_hides_a_side_now_and_then() -> None:
    """A loss over half-blind predictions is not that of seeing ones, but close to it."""
    model, batch = made(layers=1, hidden=32), batch_of(stream(200, 20))
    seen, count = model.loss(batch, model.new_state(20), Workspace())
    drawn, _ = gradients_of(model, batch, Workspace())
    assert count == 4000
    assert 0 < abs(drawn - seen) / seen < 3 * HIDDEN_SIDE


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_it_learns_one_batch_by_heart(cell: str) -> None:
    """All tokens of a random text, whose neighbours alone tell them."""
    model = made(cell=cell, layers=1, hidden=16, embed_dim=8)
    model.parameters.flat[...] /= 3
    batch, workspace = batch_of(stream(10, 4)), Workspace()
    mean, square = model.parameters.like().flat, model.parameters.like().flat
    for step in range(1, 201):
        trained, gradients = gradients_of(model, batch, workspace, seed=step)
        if trained / 40 < 0.02:
            break
        g = gradients.flat / 40
        mean += 0.1 * (g - mean)
        square += 0.01 * (g * g - square)
        rate = 0.02 * (1 - 0.99**step) ** 0.5 / (1 - 0.9**step)
        model.parameters.flat[...] -= rate * mean / (np.sqrt(square) + 1e-8)
    loss, count = model.loss(batch, model.new_state(4), Workspace())
    assert loss / count < 0.1


def test_poisoned_buffers_change_no_bit() -> None:
    model, batch = made(dropout=0.2), batch_of(stream(6, 3))
    loss, gradients = gradients_of(model, batch, Workspace())
    poisoned_loss, poisoned = gradients_of(model, batch, PoisonedWorkspace())
    assert poisoned_loss == loss
    np.testing.assert_array_equal(poisoned.flat, gradients.flat)


def test_a_saved_model_is_the_same_to_the_bit(tmp_path: Path) -> None:
    model, path = made(), tmp_path / "fill.model"
    vocabulary = language_vocabulary("char", "abcde")
    with path.open("wb") as file:
        save_language_model(file, model, vocabulary, {"seed": 1})
    loaded = load(str(path), FILL_MODEL)
    assert isinstance(loaded.model, Network)
    assert (loaded.model.config, list(loaded.vocabulary.words)) == (model.config, list(vocabulary.words))
    text = stream(5, 2)
    np.testing.assert_array_equal(predictions(loaded.model, text), predictions(model, text))


def test_batch_normalisation_is_refused() -> None:
    with pytest.raises(InputError, match="norm is 'batch', but"):
        made(norm="batch")
