from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.data.batches import Batch
from nlp.layers.workspace import Workspace
from nlp.networks.config import LanguageModelConfig
from nlp.networks.network import Network, parameter_count
from nlp.networks.transformer_config import TransformerConfig
from tests.nlp.layers.gradcheck import check_slopes
from tests.nlp.layers.poisoned import PoisonedWorkspace
from tests.nlp.networks.network_cases import CASES, OF_CELLS, SMALL, VOCABULARY, batch_of, made
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats
    from nlp.layers.parameters import Parameters
    from nlp.networks.network import NetworkConfig

every_case = pytest.mark.parametrize("config", CASES.values(), ids=CASES.keys())
LOOKED_UP = 8  # steps of three streams from which the first layer's input of 11 tokens is looked up


def pass_of(
    model: Network, batch: Batch, state: Floats, workspace: Workspace | None = None
) -> tuple[float, int, Parameters]:
    """Loss, predictions and gradient of one batch, its dropout always the same."""
    gradients = model.parameters.like()
    workspace = workspace or Workspace(model.parameters.flat.dtype)
    rng = np.random.default_rng(5)
    return *model.loss_and_grad(batch, state, gradients, workspace, rng), gradients


def norm_of(config: NetworkConfig) -> str:
    return config.norm if isinstance(config, LanguageModelConfig) else "none"


@every_case
def test_parameters_are_counted_without_a_network(config: NetworkConfig) -> None:
    assert parameter_count(config, VOCABULARY) == Network(config, VOCABULARY).parameters.flat.size


def moved(parameters: Parameters) -> dict[str, Floats]:
    """The tensors that have gradients."""
    return {name: parameters[name] for name in parameters.shapes}


def started(model: Network, streams: int) -> Floats:
    """A state that is not the first one; of nnlm, ids."""
    state = model.new_state(streams)
    rng = np.random.default_rng(7)
    if isinstance(model.config, LanguageModelConfig) and model.config.cell == "nnlm":
        state[...] = rng.integers(0, model.vocabulary_size, state.shape)
    else:
        state[...] = rng.uniform(-0.5, 0.5, state.shape)
    if isinstance(model.config, TransformerConfig):
        state[-1] = model.config.context - 1  # so many places there are
    return state


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        *((name, 3) for name in CASES),
        *((name, LOOKED_UP) for name in ("lstm", "one layer", "gru", "gru after", "rnn", "tied")),
    ],
)
def test_gradients_are_the_slopes(name: str, steps: int) -> None:
    config = CASES[name]
    # Moments of few numbers bend too much for differences.
    streams = 3 if norm_of(config) == "none" else 9
    model, batch = made(config), batch_of(steps, streams)
    workspace = Workspace(np.float64)
    before = batch_of(steps + 2, streams)
    pass_of(model, before, started(model, streams), workspace)  # its buffers are used a second time
    _, _, gradients = pass_of(model, batch, started(model, streams), workspace)
    check_slopes(
        lambda: pass_of(model, batch, started(model, streams), workspace)[0],
        moved(model.parameters),
        moved(gradients),
    )


@every_case
def test_what_is_left_in_buffers_changes_no_bit(config: NetworkConfig) -> None:
    model, batch = made(config, dtype=np.float32), batch_of(dtype=np.float32)
    results = []
    for workspace in (Workspace(), PoisonedWorkspace()):
        state = started(model, 3)
        loss, count, gradients = pass_of(model, batch, state, workspace)
        held_out = model.loss(batch, state, workspace)
        results.append((loss, count, gradients.flat.tobytes(), state.tobytes(), held_out))
    assert results[0] == results[1]
    assert results[0][1] == 17  # of 18, one is masked
    assert math.isfinite(results[0][0])


@every_case
def test_gradients_are_added_and_inputs_left_alone(config: NetworkConfig) -> None:
    model, batch = made(config), batch_of()
    before = [model.parameters.flat.tobytes(), batch.ids.tobytes(), batch.targets.tobytes()]
    _, _, once = pass_of(model, batch, started(model, 3))
    twice = model.parameters.like()
    for _ in range(2):
        state, rng = started(model, 3), np.random.default_rng(5)
        model.loss_and_grad(batch, state, twice, Workspace(np.float64), rng)
    np.testing.assert_allclose(twice.flat, 2 * once.flat, rtol=1e-12)
    assert before == [model.parameters.flat.tobytes(), batch.ids.tobytes(), batch.targets.tobytes()]


@every_case
def test_the_state_carries_on(config: NetworkConfig) -> None:
    """Two windows give what one of both gives, and masked predictions count for nothing."""
    model, batch = made(config), batch_of(LOOKED_UP)
    workspace, whole, parts = Workspace(np.float64), model.new_state(3), model.new_state(3)
    at_once = model.loss(batch, whole, workspace)
    losses = [
        model.loss(Batch(batch.ids[part], batch.targets[part], batch.mask[part]), parts, workspace)
        for part in (slice(0, 1), slice(1, 3), slice(3, None))
    ]
    assert at_once[0] == pytest.approx(sum(loss for loss, _ in losses), rel=1e-12)
    assert at_once[1] == sum(count for _, count in losses) == batch.mask.sum()
    np.testing.assert_allclose(whole, parts, rtol=1e-12, atol=1e-14)


@every_case
def test_one_batch_can_be_learnt_by_heart(config: NetworkConfig) -> None:
    hidden = 96 if config.softmax == "adaptive" else 24  # its clusters have a 4th and a 16th of that
    if isinstance(config, TransformerConfig):
        config = dataclasses.replace(config, dim=hidden, ffn=hidden, dropout=config.dropout / 10)
    else:
        config = dataclasses.replace(
            config, hidden=hidden, embed_dim=hidden, dropout=config.dropout / 10, init_scale=None
        )
    model = Network(config, 30)
    model.initialize_(np.random.default_rng(0))
    ids = np.random.default_rng(2).permutation(30).astype(np.int32).reshape(5, 6)  # no token occurs twice
    batch, workspace = Batch(ids[:-1], ids[1:], np.ones((4, 6), np.float32)), Workspace()
    moments = np.zeros((2, model.parameters.flat.size))
    rng = np.random.default_rng(1)
    for step in range(1, 251):
        gradients = model.parameters.like()
        trained, count = model.loss_and_grad(batch, model.new_state(6), gradients, workspace, rng)
        if trained / count < 0.01:
            break
        model.parameters.averages[...] += 0.1 * (gradients.averages - model.parameters.averages)
        moments += 0.1 * (np.stack((gradients.flat, gradients.flat**2)) - moments)
        scale = 0.02 / (1 - 0.9**step) ** 0.5
        model.parameters.flat[...] -= scale * moments[0] / (np.sqrt(moments[1]) + 1e-8)
    loss, _ = model.loss(batch, model.new_state(6), workspace)
    if norm_of(config) == "batch":  # statistics of all steps are not those of these few
        loss = trained
    assert loss / count < 0.05


@every_case
def test_scores_in_parts_give_the_same(config: NetworkConfig) -> None:
    model, batch = made(config), batch_of()
    whole = *pass_of(model, batch, started(model, 3)), model.loss(batch, started(model, 3), Workspace(float))
    model.head.scores_at_once = 4 * VOCABULARY
    parts = *pass_of(model, batch, started(model, 3)), model.loss(batch, started(model, 3), Workspace(float))
    assert parts[0] == pytest.approx(whole[0], rel=1e-12)
    assert parts[3][0] == pytest.approx(whole[3][0], rel=1e-12)
    np.testing.assert_allclose(parts[2].flat, whole[2].flat, rtol=1e-9, atol=1e-14)


@every_case
def test_dtypes_are_kept_and_seeds_decide(config: NetworkConfig) -> None:
    models = [Network(config, VOCABULARY) for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        model.initialize_(np.random.default_rng(seed))
        assert model.parameters.flat.dtype == model.new_state(2).dtype == np.float32
    flats = [model.parameters.flat.tobytes() for model in models]
    assert flats[0] == flats[1] != flats[2]


@pytest.mark.parametrize("softmax", ["full", "adaptive"])
def test_a_feed_forward_model_starts_with_weights_by_their_inputs(softmax: str) -> None:
    config = LanguageModelConfig(cell="nnlm", context=3, softmax=softmax, hidden=64, embed_dim=8)
    model = Network(config, 3000)
    model.initialize_(np.random.default_rng(0))
    weights = {name: w for name, w in model.parameters.views().items() if w.ndim == 2 and name != "E"}
    inputs = {
        "hidden.W": 3 * 8,
        "output.W": 64,
        "output.P1": 64,
        "output.W1": 16,
        "output.P2": 64,
        "output.W2": 4,
    }
    assert weights.keys() <= inputs.keys()
    for name, w in weights.items():
        assert 0.95 * inputs[name] ** -0.5 < np.abs(w).max() <= inputs[name] ** -0.5, name


def test_an_untrained_model_knows_nothing() -> None:
    model = Network(SMALL, VOCABULARY)
    loss, count = model.loss(batch_of(dtype=np.float32), model.new_state(3), Workspace())
    assert loss / count == pytest.approx(math.log(VOCABULARY))


def test_every_weight_starts_within_the_scale() -> None:
    model = Network(dataclasses.replace(SMALL, init_scale=0.05, forget_bias=1.5), VOCABULARY)
    model.initialize_(np.random.default_rng(0))
    for name, w in model.parameters.views().items():
        if name.endswith(".b"):
            expected = 0.0 if name.startswith("output") else 1.5 * 5
            assert w.sum() == pytest.approx(expected)
        else:
            assert 0.03 < np.abs(w).max() <= 0.05


def test_dropout_is_on_layers_not_on_what_is_carried() -> None:
    """The state after a batch with one layer is that of no dropout, but for what the input lost."""
    config = dataclasses.replace(SMALL, layers=1, dropout=0.9)
    model, batch = made(config), batch_of()
    model.parameters["forward.0.W"][...] = 0  # so the input says nothing
    dropped, whole = model.new_state(3), model.new_state(3)
    pass_of(model, batch, dropped)
    model.loss(batch, whole, Workspace(np.float64))
    np.testing.assert_array_equal(dropped, whole)
    assert np.abs(whole).max() > 0.01


@pytest.mark.parametrize("name", [name for name, config in OF_CELLS.items() if config.norm != "none"])
def test_what_is_observed_serves_where_no_batch_is(name: str) -> None:
    """By the moments of a large batch, each text alone has about the loss that it had among the others."""
    model, batch = made(OF_CELLS[name]), batch_of(20, 200)
    state, gradients = model.new_state(200), model.parameters.like()
    workspace, rng = Workspace(np.float64), np.random.default_rng(0)
    gradients.averages[...] = np.nan
    for _ in range(2):  # the second time, from a state that is as any other
        before = state.copy()
        expected, count = model.loss_and_grad(batch, state, gradients, workspace, rng)
    model.parameters.averages[...] = gradients.averages
    known, _ = model.loss(batch, before.copy(), workspace)
    assert abs(known - expected) / count < 2e-3
    model.parameters.averages[...] = 1
    wrong, _ = model.loss(batch, before.copy(), workspace)
    assert abs(wrong - expected) > 3 * abs(known - expected)


@pytest.mark.parametrize("name", ["lstm", "nnlm", "dropout"])
@pytest.mark.parametrize("wrong", [VOCABULARY, -1])
@pytest.mark.parametrize("columns", [1, 20], ids=["few tokens", "many tokens"])
def test_ids_outside_the_vocabulary_are_refused(name: str, wrong: int, columns: int) -> None:
    """However the embedding is read: by row, or through a table where the batch is larger than it."""
    model, ids = made(CASES[name]), np.zeros((2, columns), np.int32)
    ids[-1, -1] = wrong
    with pytest.raises(IndexError, match=rf"id {wrong} is outside \[0, {VOCABULARY}\)"):
        model.hidden(ids, model.new_state(columns), Workspace(np.float64))


def test_vectors_of_another_size_are_refused() -> None:
    for cell in ("lstm", "nnlm"):
        config = dataclasses.replace(SMALL, cell=cell)
        with pytest.raises(ValueError, match="values are needed, but 3 given"):
            Network(config, VOCABULARY, parameters=np.zeros(3, np.float32))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "nnlm"])
def test_lecture_word_order(cell: str) -> None:
    """A language model prefers "we love working on deep learning" to "working love learning we on deep"."""
    sentences = [
        "we love working on deep learning",
        "we love deep learning",
        "they love working on language",
        "we work on deep language learning",
        "they love learning",
    ]
    vocabulary = language_vocabulary("word", sorted({word for line in sentences for word in line.split()}))
    model = Network(
        LanguageModelConfig("word", cell, layers=1, hidden=16, embed_dim=16, context=2), len(vocabulary)
    )
    model.initialize_(np.random.default_rng(0))
    text = [vocabulary.line_end]
    for line in sentences:
        text += [*vocabulary.numbers(line.split()), vocabulary.line_end]
    train, workspace = stream(text), Workspace()
    for _ in range(150):
        gradients = model.parameters.like()
        state = model.new_state(1)
        rng = np.random.default_rng(0)
        _, count = model.loss_and_grad(train, state, gradients, workspace, rng)
        model.parameters.flat[...] -= 1.0 / count * gradients.flat

    def surprise(sentence: str) -> float:
        ids = [vocabulary.line_end, *vocabulary.numbers(sentence.split())]
        return model.loss(stream(ids), model.new_state(1), workspace)[0]

    good, bad = surprise("we love working on deep learning"), surprise("working love learning we on deep")
    assert good + 3 < bad


def stream(ids: list[int]) -> Batch:
    """One stream of tokens, as a batch."""
    column = np.array(ids, np.int32)[:, None]
    return Batch(column[:-1], column[1:], np.ones((len(ids) - 1, 1), np.float32))
