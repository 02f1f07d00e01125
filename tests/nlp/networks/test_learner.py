from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.data.corpus import Corpus, encode, encode_by
from nlp.errors import DivergedError, InputError
from nlp.layers.random_streams import RandomStreams
from nlp.layers.workspace import Workspace
from nlp.networks.evaluation import held_out_batches, mean_loss
from nlp.networks.learner import NetworkLearner, least_bytes
from nlp.training.checkpoint import TrainingState
from nlp.training.language_settings import LanguageSettings
from nlp.training.learner import Position
from nlp.training.loop import Watch, train
from tests.files import TMP
from tests.nlp.networks.bigram import SETTINGS, Bigram, ready, some_text
from tests.nlp.training.interrupting import Interrupted, outcome

if TYPE_CHECKING:
    from nlp.training.progress import Progress

State = Callable[[], TrainingState]


def steps_of(learner: NetworkLearner) -> int:
    return learner.steps_per_epoch * learner.epochs


def changed(**settings: Any) -> LanguageSettings:
    return LanguageSettings(**{**vars(SETTINGS), **settings})


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("shards", [1, 3])
def test_the_least_memory_is_that_of_all_vectors_as_long_as_the_weights(shards: int, optimizer: str) -> None:
    settings = changed(shards=shards, optimizer=optimizer)
    learner = ready(settings)
    weights = learner.model.parameters.flat
    vectors = [array for array in learner.arrays(Position()).values() if array.shape == weights.shape]
    gradients = [shard.flat for shard in learner._gradient.shards]
    told = least_bytes(weights.size, learner.text.length, settings)
    assert told == sum(array.nbytes for array in (*vectors, *gradients))


def plainly_trained(learner: NetworkLearner) -> tuple[np.ndarray, list[float]]:
    """Whole batches, without shards, workers or blocks: the weights and the loss of each epoch."""
    model, batches, settings = learner.model, learner.batches, learner.settings
    losses, step = [], 0
    m, v = np.zeros((2, model.parameters.flat.size))
    for epoch in range(learner.epochs):
        state, total = model.new_state(batches.columns), 0.0
        for window in range(batches.windows):
            gradient = model.parameters.like()
            nats, tokens = model.loss_and_grad(
                batches.batch(window),
                state,
                gradient,
                Workspace(),
                np.random.default_rng(0),
            )
            mean = gradient.flat / tokens
            norm = math.sqrt(mean @ mean)
            move = mean * min(1, settings.clip / norm)
            if settings.optimizer == "adam":
                step += 1
                m, v = 0.9 * m + 0.1 * move, 0.999 * v + 0.001 * move**2
                move = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
            model.parameters.flat[...] -= settings.rate(epoch, 0, 1) * move
            total += nats
        losses.append(total / batches.text.length)
    return model.parameters.flat, losses


@pytest.mark.parametrize(("optimizer", "lr", "floor"), [("sgd", 2.0, 0.0), ("adam", 0.05, 1e-7)])
@pytest.mark.parametrize("shards", [1, 2, 3, 7])
def test_shards_learn_what_the_whole_batch_does(shards: int, optimizer: str, lr: float, floor: float) -> None:
    """In float64, without dropout and batch statistics, which are each shard's own."""
    settings = changed(optimizer=optimizer, lr=lr, lr_decay=0.5, clip=0.3, shards=shards)
    expected, losses = plainly_trained(ready(settings, dropout=0, dtype=np.float64))
    found = ready(settings, dropout=0, dtype=np.float64)
    curves = train(found)
    assert found.shards == shards
    np.testing.assert_allclose(found.model.parameters.flat, expected, rtol=1e-10, atol=floor)
    np.testing.assert_allclose(curves.epoch_losses, losses, rtol=1e-10)


@pytest.mark.parametrize(("shards", "workers"), [(2, 2), (4, 3), (2, 5)])
def test_workers_do_not_change_a_bit(shards: int, workers: int) -> None:
    settings = changed(shards=shards)
    assert outcome(ready(settings, valid=True), workers) == outcome(ready(settings, valid=True))


@pytest.mark.parametrize(
    "change", [{"shards": 2}, {"seed": 2}, {"lr_decay": 0.5}, {"clip": 0.01}, {"bptt": 6}]
)
def test_settings_change_what_is_learnt(change: dict[str, Any]) -> None:
    assert outcome(ready(changed(**change)))[0] != outcome(ready())[0]


def test_a_state_is_not_disturbed_by_workers_that_go_on() -> None:
    """While the leader saves, the others already compute the next step."""
    seen: list[bytes] = []

    def on_boundary(state: State) -> None:
        for _ in range(2):
            arrays = state().arrays
            seen.append(b"".join(arrays[name].tobytes() for name in sorted(arrays)))

    train(ready(), 3, Watch(on_boundary=on_boundary))
    assert seen[::2] == seen[1::2]
    assert len(set(seen)) > 20


def test_a_watch_changes_nothing_and_hears_of_every_epoch() -> None:
    seen: list[Progress] = []
    states: list[TrainingState] = []
    watched = outcome(ready(), 1, Watch(seen.append, lambda state: states.append(state())))
    assert watched == outcome(ready())
    assert [progress.epoch for progress in seen if progress.epoch_done] == [1, 2, 3]
    assert seen[-1].words_done == seen[-1].words_total == 3 * ready().text.length
    assert [state.figures["position"]["step"] for state in states][-2:] == [steps_of(ready())] * 2


def test_what_is_done_rises_from_step_to_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told after every step, where each takes more than a second."""
    monkeypatch.setattr("time.perf_counter", count(0, 10).__next__)
    seen: list[Progress] = []
    learner = ready()
    train(learner, 1, Watch(seen.append))
    done = [progress.words_done for progress in seen if not progress.epoch_done]
    assert len(done) == steps_of(learner)
    assert done == sorted(set(done))
    assert done[-1] == seen[-1].words_total


class Resting:
    """Stands in for the time in which a signal saves the last state at once."""

    is_on = False

    def __enter__(self) -> None:
        Resting.is_on = True

    def __exit__(self, *_: object) -> None:
        Resting.is_on = False


def test_a_signal_during_evaluation_finds_the_state_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[State] = []
    whole = outcome(ready(valid=True))

    def evaluate() -> float:
        assert Resting.is_on
        saved = states[-1]()
        assert saved.figures["position"]["epoch"] == 0
        state = TrainingState(saved.figures, {name: array.copy() for name, array in saved.arrays.items()})
        assert outcome(ready(valid=True), 1, Watch(resume=[state].pop)) == whole
        raise Interrupted

    learner = ready(valid=True)
    monkeypatch.setattr(learner, "evaluate", evaluate)
    with pytest.raises(Interrupted):
        train(learner, 1, Watch(on_boundary=states.append, at_rest=Resting))


def bytes_of(state: TrainingState) -> tuple[object, ...]:
    return state.figures, {name: array.tobytes() for name, array in state.arrays.items()}


def test_a_signal_within_a_step_finds_the_state_before_it() -> None:
    states: list[tuple[State, object]] = []
    compared = 0

    class Looking(Bigram):
        def loss_and_grad(self, *arguments: Any) -> tuple[float, int]:
            nonlocal compared
            found = super().loss_and_grad(*arguments)
            assert Resting.is_on
            if states:
                tell, told = states[-1]
                assert bytes_of(tell()) == told
                compared += 1
            return found

    text = encode([some_text()], TMP, "char")
    learner = NetworkLearner(Looking(len(text.vocabulary)), text, SETTINGS)

    def on_boundary(state: State) -> None:
        assert not Resting.is_on
        states.append((state, bytes_of(state())))

    train(learner, 1, Watch(on_boundary=on_boundary, at_rest=Resting))
    assert compared == SETTINGS.shards * (steps_of(learner) - 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_best_epoch_is_kept_and_patience_ends_the_training(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = [2.0, 1.0, 3.0, 4.0]
    learner = ready(changed(epochs=9), valid=True)
    monkeypatch.setattr(learner, "evaluate", iter(losses).__next__)
    learnt, curves = outcome(learner, workers, patience=2)
    assert (curves["valid_losses"], curves["best_epoch"]) == (losses, 2)
    assert len(curves["epoch_losses"]) == 4
    assert learnt == outcome(ready(changed(epochs=2)))[0]


def test_running_means_are_those_of_all_shards() -> None:
    learner = ready(changed(epochs=1))
    batches, ids = learner.batches, []
    for window in range(batches.windows):
        read = batches.batch(window).ids
        shards = [read[:, first:last] for first, last in ((0, 2), (2, 4), (4, 7))]
        ids.append(np.mean([shard.mean() for shard in shards]) / len(learner.text.vocabulary))
    mean = 0.0
    for number, observed in enumerate(ids):
        mean += max(0.1, 1 / (number + 1)) * (observed - mean)
    train(learner)
    assert learner.model.parameters["mean"][0] == pytest.approx(mean, rel=1e-5)


def test_the_loss_falls_to_what_can_be_known() -> None:
    text = encode(["abcdefgh\n" * 30], TMP, "char")
    losses = train(NetworkLearner(Bigram(len(text.vocabulary)), text, changed(epochs=40))).epoch_losses
    assert losses[0] > 1.5
    assert losses[-1] < 0.1


def test_held_out_loss_does_not_depend_on_the_windows() -> None:
    learner = ready(valid=True)
    train(learner)
    text = learner.text
    whole = mean_loss(learner.model, held_out_batches(text, 10_000))
    assert mean_loss(learner.model, held_out_batches(text, 3)) == pytest.approx(whole, rel=1e-6)
    batch = held_out_batches(text, 10_000).batch(0)
    nats, tokens = learner.model.loss(batch, learner.model.new_state(1), Workspace())
    assert nats / tokens == pytest.approx(whole)
    assert tokens == text.length


@pytest.mark.parametrize(
    ("tokens", "columns", "bptt"), [(2, 1, 40), (399_999, 1, 40), (400_000, 2, 20), (650_000, 3, 13)]
)
def test_a_long_held_out_text_is_read_side_by_side(tokens: int, columns: int, bptt: int) -> None:
    text = encode(["a" * (tokens - 1)], TMP, "char")
    assert text.length == tokens
    batches = held_out_batches(text, 40)
    assert (batches.columns, batches.bptt) == (columns, bptt)


class Exploding(Bigram):
    """After a few steps its loss or its gradient is no number, or its loss hopeless."""

    def __init__(self, size: int, what: str) -> None:
        super().__init__(size)
        self.what, self.steps = what, 0

    def loss_and_grad(self, *arguments: Any) -> tuple[float, int]:
        loss, tokens = super().loss_and_grad(*arguments)
        self.steps += 1
        if self.steps > 12:
            if self.what == "gradient":
                arguments[2].flat[3] = np.inf
            loss = {"loss": math.nan, "worse": 9.0 * tokens}.get(self.what, loss)
        return loss, tokens


@pytest.mark.parametrize(
    ("what", "workers", "message"),
    [
        ("loss", 1, r"the loss is not finite in epoch 1, step 5, learning rate 0\.05; .* lower lr"),
        ("gradient", 1, r"the gradient is not finite in epoch 1, step 5, .* lower clip"),
        ("worse", 1, r"a mean loss of .* nats a token, 2\.\d+ before any training, in epoch 1, step"),
        ("loss", 2, r"the loss is not finite in epoch 1, step \d+, learning rate"),
    ],
)
def test_a_training_that_runs_away_says_where_and_what_to_do(what: str, workers: int, message: str) -> None:
    text = encode([some_text()], TMP, "char")
    model = Exploding(len(text.vocabulary), what)
    with pytest.raises(DivergedError, match="training diverged: " + message):
        train(NetworkLearner(model, text, SETTINGS), workers)


def small(text: str, level: str = "char") -> Corpus:
    return encode([text], TMP, level)


@pytest.mark.parametrize("text", ["", "\n\n\n", "aaaa\naa\n"])
def test_a_text_of_one_type_is_refused(text: str) -> None:
    encoded = small(text)
    with pytest.raises(InputError, match=r"only (0 distinct characters|1 distinct character) .* more text$"):
        NetworkLearner(Bigram(len(encoded.vocabulary)), encoded, SETTINGS)


def test_a_text_of_rare_types_is_refused_with_another_remedy() -> None:
    rare = encode(["a b\na c\n"], TMP, "word", min_count=2)
    with pytest.raises(
        InputError, match=r"only 1 distinct word to learn from .* or lower min_count; text without"
    ):
        NetworkLearner(Bigram(len(rare.vocabulary)), rare, SETTINGS)


def test_one_column_and_one_step_are_worded_so() -> None:
    text = small("abcdeab")
    learner = NetworkLearner(Bigram(len(text.vocabulary)), text, replace(SETTINGS, epochs=1, bptt=8))
    columns, steps = learner.advice()
    assert "only 8 tokens: they are read as 1 column instead" in columns
    assert "the training has only 1 step; raise" in steps


def test_an_empty_held_out_text_is_refused() -> None:
    text = small(some_text())
    empty = encode_by([], TMP, text.vocabulary)
    with pytest.raises(InputError, match="held-out text is empty"):
        NetworkLearner(Bigram(len(text.vocabulary)), text, SETTINGS, valid=empty)


def test_a_small_text_has_fewer_columns_and_that_is_told() -> None:
    text = small("abcdefghij" * 2)
    learner = NetworkLearner(Bigram(len(text.vocabulary)), text, SETTINGS)
    assert (learner.batches.columns, learner.shards) == (4, 3)
    columns, steps = learner.advice()
    assert "only 21 tokens: they are read as 4 columns instead of the 7 of batch_size" in columns
    assert "only 6 steps; raise epochs" in steps
    train(learner, 3)
    tiny = NetworkLearner(Bigram(4), small("ab"), SETTINGS)
    assert (tiny.batches.columns, tiny.shards, tiny.team_size(9)) == (1, 1, 1)
    train(tiny)
    assert list(ready(changed(epochs=100)).advice()) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [("lr", 0), ("optimizer", "rprop"), ("lr_decay", 1.5), ("clip", -1), ("shards", 0), ("bptt", 0)],
)
def test_settings_out_of_range_are_named(setting: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"{setting} is "):
        changed(**{setting: value})


def test_the_first_weights_are_of_the_seed() -> None:
    first = ready().model.parameters.flat
    again, other = ready().model.parameters.flat, ready(changed(seed=9)).model.parameters.flat
    assert first.tobytes() == again.tobytes() != other.tobytes()
    drawn = 0.1 * RandomStreams(1).at(0).standard_normal(first.size)
    np.testing.assert_allclose(first, drawn, rtol=1e-6)
