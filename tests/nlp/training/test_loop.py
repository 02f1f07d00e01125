from __future__ import annotations

import dataclasses
import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.data.corpus import Corpus, encode, encode_by
from nlp.errors import DivergedError, ModelError
from nlp.storage.model_file import write_model
from nlp.training.checkpoint import MismatchError, TrainingState, load_checkpoint, save_checkpoint
from nlp.training.early_stopping import EarlyStopping
from nlp.training.learner import Learner, Loss
from nlp.training.loop import Watch, train
from nlp.training.row_updates import RowUpdates, StepPlan, apply_rows
from nlp.word2vec.chunks import Chunk
from nlp.word2vec.config import STABILITY, Word2VecConfig
from nlp.word2vec.learner import EarlierModel, WordVectorLearner
from tests.files import TMP, write_anew
from tests.nlp.networks import bigram
from tests.nlp.training.interrupting import Interrupted, checkpoints, going_on_from, outcome

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.layers.arrays import Floats
    from nlp.training.progress import Progress

CONFIG = Word2VecConfig(dim=8, window=2, min_count=1, subsample=0.05, epochs=3, lr=0.1)
SMALL_STEPS = StepPlan(16, 3)
State = Callable[[], TrainingState]


def corpus() -> Corpus:
    rng = np.random.default_rng(1)
    lines = (" ".join(f"w{n}" for n in rng.zipf(1.6, 9) if n < 50) + "\n" for _ in range(60))
    return encode(lines, TMP)


def ready(*, valid: bool = False, kind: type[WordVectorLearner] = WordVectorLearner) -> WordVectorLearner:
    text = corpus()
    held_out = encode_by(["w1 w2 w3 unseen w1 w2\nw4 w1 w9\n"], TMP, text.vocabulary) if valid else None
    return kind(text, CONFIG, valid=held_out, plan=SMALL_STEPS)


@pytest.mark.parametrize("valid", [False, True])
@pytest.mark.parametrize("make", [ready, bigram.ready], ids=["word vectors", "network"])
def test_resumed_at_any_boundary_it_ends_in_the_same_bits(
    make: Callable[..., Learner[Any]], tmp_path: Path, *, valid: bool
) -> None:
    """And what is saved there does not depend on the number of workers either."""
    whole, path = outcome(make(valid=valid)), tmp_path / "checkpoint"
    states = checkpoints(make(valid=valid))
    assert len(states) > 20
    for boundary, (state, by_three) in enumerate(
        zip(states, checkpoints(make(valid=valid), workers=3), strict=True)
    ):
        assert state == by_three
        write_anew(path, state)
        assert outcome(make(valid=valid), 1 if boundary % 7 else 2, going_on_from(path)) == whole


def by_plain_loops(learner: WordVectorLearner) -> list[Floats]:
    """The matrices after a training in which nobody shares the work: step by step, chunk by chunk."""
    objective, plan, halo = learner.objective, learner.plan, learner.config.window
    size, chunks = plan.chunk_tokens, plan.chunks
    both = list(zip(objective.matrices, objective.rows_per_chunk, strict=True))
    for epoch in range(learner.epochs):
        for step, window in enumerate(learner.steps(epoch)):
            updates = [RowUpdates.shared(chunks * rows, matrix.shape[1]) for matrix, rows in both]
            for c in range(chunks):
                places = slice(c * size, (c + 1) * size + 2 * halo)
                chunk = Chunk(window.tokens[places], window.sentences[places], epoch, step * chunks + c)
                objective.gradients(
                    chunk, [of.part(c, rows) for of, (_, rows) in zip(updates, both, strict=True)]
                )
            done = (epoch + min(1, step * plan.step_tokens / learner.kept)) / learner.epochs
            rate = CONFIG.first_lr + (CONFIG.final_lr - CONFIG.first_lr) * done
            for matrix, of_matrix in zip(objective.matrices, updates, strict=True):
                apply_rows(matrix, of_matrix, rate, STABILITY)
    return list(objective.matrices)


def test_all_chunks_of_a_step_start_from_the_same_weights() -> None:
    learnt, _ = outcome(ready(), 2)
    expected = by_plain_loops(ready())
    assert np.abs(expected[0]).max() > 0.1  # it has learnt something
    assert learnt == [matrix.tobytes() for matrix in expected]


def test_a_watch_changes_nothing() -> None:
    seen: list[Progress] = []
    states: list[TrainingState] = []
    watched = outcome(ready(), 1, Watch(seen.append, lambda state: states.append(state())))
    assert watched == outcome(ready())
    assert [progress.epoch for progress in seen if progress.epoch_done] == [1, 2, 3]


def test_a_signal_during_evaluation_finds_the_state_before_it() -> None:
    """The held-out loss takes seconds: while it runs, the last state told must still hold."""
    states: list[State] = []
    whole = outcome(ready(valid=True))

    class Interrupting(WordVectorLearner):
        def evaluate(self) -> float | None:
            saved = states[-1]()
            assert saved.figures["position"]["epoch"] == 0
            state = TrainingState(saved.figures, {name: W.copy() for name, W in saved.arrays.items()})
            assert outcome(ready(valid=True), 1, Watch(resume=[state].pop)) == whole
            raise Interrupted

    with pytest.raises(Interrupted):
        train(ready(valid=True, kind=Interrupting), 1, Watch(on_boundary=states.append))


def test_nobody_moves_the_weights_while_a_signal_may_be_obeyed() -> None:
    """Not even workers that are faster than the leader: what is saved then is the state of a boundary."""
    learner = ready()
    are_moved = []

    @contextmanager
    def at_rest() -> Iterator[None]:
        before = [matrix.tobytes() for matrix in learner.learnt]
        yield
        time.sleep(0.005)  # the others go on as far as they may
        are_moved.append(before != [matrix.tobytes() for matrix in learner.learnt])

    train(learner, 3, Watch(at_rest=at_rest))
    assert (len(are_moved) > 20, any(are_moved)) == (True, False)


def test_speed_of_a_resumed_run_counts_its_own_words(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    path.write_bytes(checkpoints(ready())[-2])
    seen: list[Progress] = []
    train(ready(), 1, dataclasses.replace(going_on_from(path), on_progress=seen.append))
    last = seen[-1]
    assert last.words_done == last.words_total
    assert last.tokens_per_second * last.elapsed_seconds < last.words_total / 3


@pytest.mark.parametrize(
    ("losses", "epoch"), [((1.2, 1.2, 1.02), None), ((1.2, 1.2, 1.03), 3), ((1.3, 0.9, 0.8), 1)]
)
def test_a_loss_may_rise_on_the_way_but_not_in_the_end(
    losses: tuple[float, ...], epoch: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner, epochs = ready(), [0]
    objective = learner.objective
    gradients = objective.gradients

    def noting_the_epoch(chunk: Chunk, updates: Sequence[RowUpdates]) -> None:
        epochs.append(chunk.epoch)
        gradients(chunk, updates)

    monkeypatch.setattr(objective, "gradients", noting_the_epoch)
    monkeypatch.setattr(objective, "loss", lambda: Loss(losses[epochs[-1]] * 6, 2, 6))
    told = (
        pytest.raises(DivergedError, match=f", 3.000 before any training, in epoch {epoch}, step")
        if epoch
        else nullcontext()
    )
    with told:
        assert train(learner).epoch_losses == pytest.approx([3 * loss for loss in losses])


def test_what_overflows_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the first loss that shows it, and not by a warning of NumPy."""
    learner = ready()
    gradients = learner.objective.gradients

    def exploding(chunk: Chunk, updates: Sequence[RowUpdates]) -> None:
        gradients(chunk, updates)
        for of_matrix in updates:
            of_matrix.gradients[...] = np.inf

    monkeypatch.setattr(learner.objective, "gradients", exploding)
    with pytest.raises(DivergedError, match="the loss is not finite in epoch 1, step"):
        train(learner)


def test_early_stopping_keeps_the_best() -> None:
    matrix, losses = np.zeros((1, 1)), iter([3.0, 2.0, 2.5, 2.0, 9.0])
    stopping = EarlyStopping([matrix], patience=3)
    for epoch, stop in enumerate([False, False, False, False, True], start=1):
        matrix[...] = epoch
        assert stopping.take(next(losses)) is stop
    assert (stopping.best_epoch, len(stopping.losses)) == (2, 5)
    stopping.restore_best_()
    assert matrix == 2


@pytest.mark.parametrize("figures", [{"losses": [1.0], "best_epoch": 2}, {"losses": [None], "best_epoch": 1}])
def test_early_stopping_does_not_go_on_from_what_cannot_be(figures: dict[str, object]) -> None:
    stopping = EarlyStopping([np.zeros((1, 1))], patience=3)
    with pytest.raises(ValueError, match="was the best of 1"):
        stopping.resume_(figures, {"best.0": np.zeros((1, 1))})


class Worsening(WordVectorLearner):
    """The first epoch is its best."""

    def evaluate(self) -> float | None:
        self.evaluated = getattr(self, "evaluated", 0) + 1
        return float(self.evaluated)


@pytest.mark.parametrize("workers", [1, 2])
def test_early_stopping_ends_the_training(workers: int) -> None:
    curves = train(ready(kind=Worsening), workers, patience=1)
    assert (list(curves.valid_losses), curves.best_epoch) == ([1.0, 2.0], 1)
    assert len(curves.epoch_losses) == 2


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        (
            {"lr": 0.05, "seed": 1, "data": "a" * 64},
            r"its data is \"b+…b+\", here it is \"a+…a+\"; .* delete",
        ),
        ({"lr": 0.1, "seed": 1, "data": "b" * 64}, "its lr is 0.05, here it is 0.1"),
        ({"lr": 0.05, "data": "b" * 64}, "its seed is 1, here it is null"),
    ],
)
def test_a_checkpoint_of_another_run_names_the_field(
    identity: dict[str, object], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "checkpoint"
    with path.open("wb") as file:
        save_checkpoint(file, "k", {"lr": 0.05, "seed": 1, "data": "b" * 64}, TrainingState({}, {}))
    with pytest.raises(MismatchError, match=message):
        load_checkpoint(str(path), "k", identity)
    with pytest.raises(ModelError, match="kind"):
        load_checkpoint(str(path), "other", identity)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    buffer = io.BytesIO()
    write_model(buffer, "k", {}, {})
    path.write_bytes(buffer.getvalue())
    with pytest.raises(ModelError, match="delete it to start"):
        load_checkpoint(str(path), "k", {})


def worse_than_nothing(lr: float) -> WordVectorLearner:
    """An update of a model that thinks each word likely beside each other: log 2 a score, and a bit more."""
    text, rows = corpus(), len(corpus().vocabulary)
    config = dataclasses.replace(CONFIG, lr=lr, final_lr=lr, negatives=2)
    ones = np.ones((rows, config.dim), np.float32)
    earlier = EarlierModel(text.vocabulary, ones, ones / 8, "")
    return WordVectorLearner(text, config, earlier=earlier, plan=SMALL_STEPS)


def test_what_an_update_started_with_is_not_called_divergence() -> None:
    losses = train(worse_than_nothing(1e-9)).epoch_losses
    score = np.log1p(np.exp([-1, 1])) @ [1, 2]  # of the context, and of two negatives
    assert losses == pytest.approx([score] * 3, rel=1e-4)
    assert score > 1.4 * 3 * np.log(2)
    assert train(worse_than_nothing(0.05), 2).epoch_losses[-1] < score


def test_an_update_may_diverge_too() -> None:
    with pytest.raises(DivergedError, match=r"nats a pair, 2\.9\d\d before this training, in epoch 1, step"):
        train(worse_than_nothing(1000.0))


def test_an_update_is_resumed_with_the_loss_it_started_with(tmp_path: Path) -> None:
    whole, states = outcome(worse_than_nothing(0.05)), []

    def on_boundary(state: State) -> None:
        saved = state()
        copies = {name: W.copy() for name, W in saved.arrays.items()}
        states.append(TrainingState(saved.figures, copies))

    train(worse_than_nothing(0.05), 1, Watch(on_boundary=on_boundary))
    for state in states[:: len(states) // 3]:
        assert outcome(worse_than_nothing(0.05), 1, Watch(resume=[state].pop)) == whole
