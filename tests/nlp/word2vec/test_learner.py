from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corpora import TEXTS, read_text
from nlp.data.corpus import Corpus, encode
from nlp.errors import DivergedError, InputError
from nlp.training.loop import Watch, train
from nlp.training.row_updates import StepPlan
from nlp.word2vec.config import ARCHITECTURES, LOSSES, Word2VecConfig
from nlp.word2vec.learner import WordVectorLearner, plan_steps, train_word_vectors
from tests.files import TMP
from tests.nlp.training.interrupting import outcome
from tests.nlp.word2vec.worlds import two_worlds

if TYPE_CHECKING:
    from nlp.training.progress import Progress

SMALL = Word2VecConfig(dim=12, window=3, min_count=1, subsample=0.0, epochs=3, lr=0.05)


def test_shapes_types_and_record() -> None:
    model = train_word_vectors(two_worlds(), SMALL)
    for vectors in (model.input_vectors, model.output_vectors):
        assert vectors.shape == (10, 12)
        assert vectors.dtype == np.float32
    assert model.config == SMALL
    assert len(model.curves.epoch_losses) == 3
    assert model.plan.chunks == 1


def test_same_seed_same_bytes_other_seed_other_bytes() -> None:
    first, again, other = (
        outcome(WordVectorLearner(two_worlds(), dataclasses.replace(SMALL, seed=seed))) for seed in (1, 1, 2)
    )
    assert first == again
    assert first[0] != other[0]


def test_progress_is_told() -> None:
    corpus = two_worlds()
    seen: list[Progress] = []
    model = train_word_vectors(corpus, SMALL, watch=Watch(on_progress=seen.append))
    last = seen[-1]
    assert [p.epoch for p in seen if p.epoch_done] == [1, 2, 3]
    assert last.words_done == last.words_total == 3 * corpus.words_seen == 9600
    assert last.eta_seconds == 0
    assert last.learning_rate == pytest.approx(SMALL.final_lr)
    assert last.loss == pytest.approx(model.curves.epoch_losses[-1])  # of the last stretch: here, the epoch
    assert all(p.tokens_per_second > 0 and p.elapsed_seconds > 0 for p in seen)


@pytest.mark.parametrize("lr", [10.0, 1000.0])
def test_divergence_is_told(lr: float) -> None:
    words = " ".join(f"w{i * i % 97}" for i in range(20_000))
    config = dataclasses.replace(SMALL, lr=lr, epochs=5)
    with pytest.raises(DivergedError, match=r"epoch \d, step \d+, learning rate .* lower lr"):
        train_word_vectors(encode([words], TMP), config)


@pytest.mark.parametrize(
    ("arch", "loss", "window"),
    [
        ("skipgram", "ns", 2),
        ("skipgram", "ns", 5),
        ("skipgram", "ns", 10),
        ("skipgram", "hs", 5),
        ("cbow", "ns", 5),
        ("cbow", "hs", 5),
        ("cbow", "softmax", 5),
    ],
)
def test_divergence_that_stays_finite_is_told(arch: str, loss: str, window: int) -> None:
    config = Word2VecConfig(arch=arch, loss=loss, window=window, lr=1000.0)
    with pytest.raises(DivergedError, match=r"a mean loss of .* before any training"):
        train_word_vectors(english("english/"), config)


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_few_lines_do_not_diverge(arch: str, loss: str) -> None:
    """However far from usual the few chunks are whose loss is taken."""
    for seed in range(4):
        model = train_word_vectors(
            english("english/fables", 8), Word2VecConfig(arch=arch, loss=loss, seed=seed)
        )
        assert len(model.curves.epoch_losses) == 5


def english(name: str, lines: int | None = None) -> Corpus:
    """The bundled texts of that name, as w2v-train takes them; so many lines of them."""
    text = "".join(read_text(one) for one in TEXTS if one.startswith(name)).lower()
    return encode(text.splitlines(keepends=True)[:lines], TMP, min_count=5)


def test_infinite_weights_are_told() -> None:
    learner = WordVectorLearner(two_worlds(), dataclasses.replace(SMALL, lr=1000.0), stability=1e30)
    with pytest.raises(DivergedError, match="not finite in epoch 1, step"):
        train(learner)


def test_too_few_words_are_refused() -> None:
    config = dataclasses.replace(SMALL, min_count=5)
    with pytest.raises(InputError, match="only 1 distinct word over min_count 5; lower it, or use more text"):
        train_word_vectors(encode(["a a a a a b c\n"], TMP, min_count=5), config)
    with pytest.raises(InputError, match="only 0 distinct words over"):
        train_word_vectors(encode([], TMP, min_count=5), config)
    with pytest.raises(InputError, match=r"^only 1 distinct word; use more text; text without spaces"):
        train_word_vectors(encode(["a a\n"], TMP), SMALL)


def test_lines_of_one_word_are_refused() -> None:
    with pytest.raises(InputError, match=r"; put whole .* text without spaces, run it through nlptool tok"):
        train_word_vectors(encode(["a\nb\na\nb\n"], TMP), SMALL)
    rare = dataclasses.replace(SMALL, min_count=2)
    with pytest.raises(InputError, match="no line has two words over min_count 2; lower it, or put"):
        train_word_vectors(encode(["a\nb c\na\nb d\n"], TMP, min_count=2), rare)


def test_a_single_pair_is_enough() -> None:
    model = train_word_vectors(encode(["a b"], TMP), SMALL)
    assert np.isfinite(model.input_vectors).all()
    assert (model.output_vectors != 0).any()


def test_words_at_the_end_are_not_dropped() -> None:
    text = "x y " * 300 + "\nlast word"
    untrained = train_word_vectors(
        encode([text], TMP), dataclasses.replace(SMALL, epochs=1, lr=1e-9, final_lr=0.0)
    )
    trained = train_word_vectors(encode([text], TMP), dataclasses.replace(SMALL, epochs=1, lr=0.5))
    for word in ("last", "word"):
        row = trained.vocabulary.index[word]
        assert np.abs(trained.input_vectors[row] - untrained.input_vectors[row]).max() > 1e-4


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("dim", 0, "dim is 0; it must be from 1 to"),
        ("window", 0, "window is 0"),
        ("negatives", -1, "negatives is -1"),
        ("lr", 0.0, "lr is 0.0"),
        ("lr", math.nan, "lr is nan"),
        ("lr", math.inf, "lr is inf"),
        ("subsample", -0.1, "subsample is -0.1"),
        ("max_vocab", 1, "max_vocab is 1"),
        ("seed", -1, "seed is -1"),
        ("arch", "glove", "arch is 'glove'; choose from skipgram"),
        ("loss", "hinge", "loss is 'hinge'; choose from ns"),
    ],
)
def test_settings_are_checked(setting: str, value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        dataclasses.replace(SMALL, **{setting: value})  # type: ignore[arg-type]


def test_steps_grow_with_the_corpus() -> None:
    sizes = Word2VecConfig().sizes
    assert plan_steps(1, sizes) == plan_steps(70_000, sizes) == StepPlan(64, 1)
    assert plan_steps(7.5e6, sizes) == StepPlan(512, 4)
    assert plan_steps(1e12, sizes) == StepPlan(512, 8)
    large = Word2VecConfig(arch="cbow").sizes
    assert plan_steps(2e6, large) == StepPlan(512, 2)
    assert plan_steps(7.5e6, large) == StepPlan(1024, 4)
    assert plan_steps(1e12, Word2VecConfig(subwords=True).sizes) == StepPlan(64, 2)


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("loss", LOSSES)
def test_chunks_are_whole_blocks_and_whole_groups(arch: str, loss: str) -> None:
    sizes = Word2VecConfig(arch=arch, loss=loss).sizes
    for tokens in (10**n for n in range(12)):
        plan = plan_steps(tokens, sizes)
        assert plan.chunk_tokens % sizes.block == 0
        assert plan.chunk_tokens % sizes.group == 0 or plan.chunk_tokens < sizes.group
