"""Each of the six objectives against loops over single predictions, and their differences."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from nlp.data.corpus import encode
from nlp.layers.random_streams import RandomStreams
from nlp.training.row_updates import RowUpdates, StepPlan
from nlp.word2vec.chunks import Chunk
from nlp.word2vec.config import ARCHITECTURES, LOSSES, Word2VecConfig
from nlp.word2vec.huffman import HuffmanTree
from nlp.word2vec.learner import train_word_vectors
from nlp.word2vec.losses.negative_sampling import NEGATIVES, NoiseDistribution
from nlp.word2vec.objective import Objective, make_objective, output_rows
from nlp.word2vec.predictors import WINDOWS
from tests.files import TMP
from tests.nlp.layers.gradcheck import check_gradients
from tests.nlp.word2vec import plain_losses
from tests.nlp.word2vec.worlds import ANIMALS, SHIPS, two_worlds

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]

COUNTS = [40, 22, 15, 9, 7, 5, 3, 2, 1]
WINDOW, CENTERS, GROUPS = 2, 32, 1
SIX = [(arch, loss) for arch in ARCHITECTURES for loss in LOSSES]
every_objective = pytest.mark.parametrize(("arch", "loss"), SIX)


class Case(NamedTuple):
    config: Word2VecConfig
    inputs: Array
    outputs: Array
    objective: Objective
    chunk: Chunk


def make(arch: str, loss: str, dtype: npt.DTypeLike = np.float64, **sizes: int) -> Case:
    """A chunk with lines of one word, of several, and padding at its end."""
    rng = np.random.default_rng(5)
    config = Word2VecConfig(arch=arch, loss=loss, dim=3, window=WINDOW, negatives=3)
    words = len(COUNTS)
    inputs = rng.standard_normal((words, 3)).astype(dtype)
    outputs = rng.standard_normal((output_rows(config, words), 3)).astype(dtype)
    plan = StepPlan(CENTERS, 1)
    chosen = dataclasses.replace(config.sizes, **sizes)
    objective = make_objective(inputs, outputs, COUNTS, config, plan, RandomStreams(1), sizes=chosen)
    length = CENTERS + 2 * WINDOW
    sentences = np.sort(rng.integers(0, 9, length)).astype(np.int32)
    sentences[-4:] = 20 + np.arange(4)
    chunk = Chunk(rng.integers(0, words, length).astype(np.int32), sentences, 0, 3)
    return Case(config, inputs, outputs, objective, chunk)


def gradients(case: Case) -> list[Array]:
    """Dense gradients of the objective, from arrays full of NaN: all that counts must be written."""
    updates = [
        RowUpdates(
            np.full(rows, -7, np.int32), np.full((rows, 3), np.nan, W.dtype), np.full(rows, np.nan, W.dtype)
        )
        for rows, W in zip(case.objective.rows_per_chunk, case.objective.matrices, strict=True)
    ]
    for _ in range(2):  # the second time on used buffers
        case.objective.gradients(case.chunk, updates)
    dense = []
    for update, W in zip(updates, case.objective.matrices, strict=True):
        used = update.rows >= 0
        total = np.zeros_like(W)
        np.add.at(total, update.rows[used], update.gradients[used])
        assert (update.pairs[used] >= 0).all()
        assert (update.rows[~used] == -1).all()
        dense.append(total)
    return dense


def noise_of(case: Case) -> list[dict[int, float]]:
    """The negatives that each center meets, and their weights: as the objective draws them."""
    shared = case.config.sizes.shared
    rng = RandomStreams(1).at(NEGATIVES, case.chunk.epoch, case.chunk.number)
    drawn = NoiseDistribution(COUNTS).draw_stratified(rng, GROUPS, shared)
    ratio = case.config.negatives / shared
    of_groups = [{int(v): n * ratio for v, n in Counter(group.tolist()).items()} for group in drawn]
    return [of_groups[center * GROUPS // CENTERS] for center in range(CENTERS)]


def plain_loss(case: Case) -> tuple[float, float]:
    """Loss and predictions by loops."""
    config, inputs, outputs, _, chunk = case
    tree = HuffmanTree.of(COUNTS)
    noise = noise_of(case) if config.loss == "ns" else []
    loss, count = 0.0, 0.0
    tokens, sentences = chunk.tokens.tolist(), chunk.sentences.tolist()
    rng = RandomStreams(1).at(WINDOWS, chunk.epoch, chunk.number)
    widths = rng.integers(1, WINDOW + 1, CENTERS, np.int32).tolist() if config.arch == "cbow" else None
    for weight, x, word, center in plain_losses.predictions(inputs, tokens, sentences, WINDOW, widths):
        if config.loss == "hs":
            nats = plain_losses.hierarchical(x, word, outputs, tree)
        elif config.loss == "softmax":
            nats = plain_losses.full(x, word, outputs)
        else:
            nats = plain_losses.true_word(x, word, outputs)
        loss, count = loss + weight * nats, count + weight
        if config.loss == "ns" and config.arch == "cbow":
            loss += plain_losses.noise(x, outputs, noise[center])
    if config.loss == "ns" and config.arch == "skipgram":
        for center in range(CENTERS):  # here the center predicts: it meets the negatives once a context
            x = inputs[tokens[center + WINDOW]]
            times = sum(weight for _, weight in plain_losses.contexts(center, WINDOW, sentences))
            loss += times * plain_losses.noise(x, outputs, noise[center])
    return loss, count


@every_objective
def test_loss_equals_loops(arch: str, loss: str) -> None:
    case = make(arch, loss)
    gradients(case)
    assert case.objective.loss()[:2] == pytest.approx(plain_loss(case), rel=1e-12)


@every_objective
def test_untrained_loss_is_that_of_scores_of_zero(arch: str, loss: str) -> None:
    case = make(arch, loss)
    gradients(case)
    untrained = case.objective.loss().untrained
    case.outputs[...] = 0
    assert untrained == pytest.approx(plain_loss(case)[0], rel=1e-12)


@every_objective
def test_gradients_equal_central_differences_of_the_loops(arch: str, loss: str) -> None:
    case = make(arch, loss)
    dX, dU = gradients(case)
    parameters = {"inputs": case.inputs, "outputs": case.outputs}
    check_gradients(lambda: plain_loss(case)[0], parameters, {"inputs": dX, "outputs": dU})


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("top", [1, 2, 3, 8, 100])
def test_it_is_the_same_wherever_the_tree_is_cut(arch: str, top: int) -> None:
    whole = gradients(make(arch, "hs"))
    case = make(arch, "hs", top=top)
    for cut, expected in zip(gradients(case), whole, strict=True):
        np.testing.assert_allclose(cut, expected, atol=1e-12)
    assert case.objective.loss()[:2] == pytest.approx(plain_loss(case), rel=1e-12)


@every_objective
def test_float32_stays_float32_and_is_close(arch: str, loss: str) -> None:
    for single, double in zip(
        gradients(make(arch, loss, np.float32)), gradients(make(arch, loss)), strict=True
    ):
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, double, atol=2e-5)


SMALL = Word2VecConfig(dim=12, window=3, min_count=1, subsample=0.0, epochs=10)


@every_objective
def test_words_of_a_world_come_together(arch: str, loss: str) -> None:
    model = train_word_vectors(two_worlds(), dataclasses.replace(SMALL, arch=arch, loss=loss))
    W = model.input_vectors / np.linalg.norm(model.input_vectors, axis=1, keepdims=True)
    animals = [model.vocabulary.index[word] for word in ANIMALS]
    ships = [model.vocabulary.index[word] for word in SHIPS]
    within = np.median(np.concatenate((W[animals] @ W[animals].T, W[ships] @ W[ships].T)))
    assert within > (W[animals] @ W[ships].T).max() + 0.1
    assert model.curves.epoch_losses[-1] < model.curves.epoch_losses[0]


@every_objective
def test_a_text_of_one_line_is_learnt_by_heart(arch: str, loss: str) -> None:
    """Every second word is always the same: what is left of the loss is the choice among the others."""
    corpus = encode(["a b a b a b a b\nc d c d c d c d\n" * 30], TMP)
    config = dataclasses.replace(SMALL, arch=arch, loss=loss, window=1, epochs=60, lr=0.5, final_lr=0.1)
    model = train_word_vectors(corpus, config)
    untrained = train_word_vectors(corpus, dataclasses.replace(config, epochs=1, lr=1e-9, final_lr=0.0))
    share = 0.75 if loss == "ns" else 0.15  # negatives are at times the true word: their loss never goes
    assert model.curves.epoch_losses[-1] < share * untrained.curves.epoch_losses[0]
