"""Word vectors learnt in slices: the same bytes wherever they are computed, and vectors that are good."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corpora import TEXTS, read_text
from nlp.data.corpus import Corpus, encode, encode_by
from nlp.errors import DivergedError, SettingError
from nlp.parallel.cluster import Address, cluster_engine
from nlp.parallel.engine import Engine, ForkedEngine
from nlp.training.learner import Position
from nlp.training.loop import train
from nlp.vectors.word_vectors import WordVectors
from nlp.word2vec.advice import mean_cosine
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.learner import WordVectorLearner
from nlp.word2vec.slice_settings import SliceSettings
from nlp.word2vec.slices import Common, Piece, SlicedLearner, train_piece
from tests.files import TMP
from tests.nlp.training.interrupting import going_on_from, interrupted_at, outcome
from tests.nlp.word2vec.worlds import ANIMALS, SHIPS, two_worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

SMALL = Word2VecConfig(dim=12, window=3, min_count=1, subsample=0.0, epochs=3, lr=0.1)


def learner(
    engine: Engine | None = None,
    slices: SliceSettings = SliceSettings(4, 2),  # noqa: B008  it is frozen
    corpus: Corpus | None = None,
    config: Word2VecConfig = SMALL,
) -> SlicedLearner:
    text = corpus or two_worlds()
    valid = None if corpus else encode_by(["cat dog cow\nmast sail deck\n"], TMP, text.vocabulary)
    return SlicedLearner(WordVectorLearner(text, config, valid=valid), slices, engine or ForkedEngine(1))


@pytest.fixture(scope="module")
def whole() -> Any:
    return outcome(learner())


@pytest.mark.parametrize("workers", [2, 3, 9])
def test_any_number_of_workers_gives_the_same_bytes(workers: int, whole: Any) -> None:
    assert outcome(learner(ForkedEngine(workers)), workers) == whole


@pytest.mark.parametrize("boundary", [1, 2, 4, 8])
def test_an_interrupted_training_goes_on_to_the_same_bytes(boundary: int, whole: Any, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    interrupted_at(boundary, path, learner(ForkedEngine(2)))
    assert outcome(learner(), 1, going_on_from(path)) == whole


def test_a_cluster_gives_the_same_bytes(whole: Any) -> None:
    pytest.importorskip("distributed")
    with cluster_engine(Address.parse("local:2")) as engine:
        assert outcome(learner(engine)) == whole


class Forgetful(ForkedEngine):
    """Computes every task twice and the last ones first, on copies."""

    def map(self, function: Callable[..., Any], tasks: Iterable[Sequence[Any]]) -> Iterator[Any]:
        listed = list(tasks)
        for _ in range(2):
            results = [function(*task) for task in reversed(listed)]
        yield from reversed(results)


def test_a_task_is_a_pure_function(whole: Any) -> None:
    assert outcome(learner(Forgetful(1))) == whole


def test_another_number_of_slices_or_rounds_or_another_seed_is_another_training(whole: Any) -> None:
    others = [
        learner(slices=SliceSettings(5, 2)),
        learner(slices=SliceSettings(4, 3)),
        learner(config=dataclasses.replace(SMALL, seed=2)),
    ]
    for other in others:
        assert outcome(other)[0] != whole[0]


def test_pieces_are_the_text_in_order_and_end_where_sentences_do() -> None:
    corpus = two_worlds()
    sliced = learner(slices=SliceSettings(7, 3), corpus=corpus)
    rounds = [one.bounds for one in sliced.steps(0)]
    bounds = np.stack(rounds, axis=1).reshape(-1, 2)  # slice after slice
    assert bounds[0, 0] == 0
    assert bounds[-1, 1] == corpus.length
    assert (bounds[1:, 0] == bounds[:-1, 1]).all()
    lengths = np.diff(bounds, axis=1)
    assert lengths.max() - lengths.min() <= 9  # a line
    ends = corpus.read(0, corpus.length)[bounds[:, 1] - 1]
    assert (ends == -1).all()
    assert [one.bounds.tolist() for one in sliced.steps(2, 1)] == [one.tolist() for one in rounds[1:]]


def test_a_text_without_line_ends_is_cut_all_the_same() -> None:
    corpus = encode([" ".join(f"w{i * i % 97}" for i in range(200_000))], TMP)
    first = next(learner(corpus=corpus, slices=SliceSettings(2, 2)).steps(0)).bounds
    assert first.tolist() == [[0, corpus.length // 4], [corpus.length // 2, corpus.length * 3 // 4]]


def test_more_slices_than_sentences() -> None:
    corpus = encode(["a b\nc d\n"], TMP)
    sliced = learner(corpus=corpus, slices=SliceSettings(16, 2))
    curves = train(sliced)
    assert np.isfinite(curves.epoch_losses).all()
    assert all((matrix != 0).any() for matrix in sliced.learnt)


def test_one_piece_of_all_is_trained_on_with_its_own_random_numbers() -> None:
    corpus = two_worlds()
    plain = WordVectorLearner(corpus, SMALL)
    common = Common(np.array(corpus.vocabulary.counts), corpus.occurrences, SMALL, plain.plan)
    tokens, before = corpus.read(0, corpus.length), [matrix.copy() for matrix in plain.learnt]
    one, again, other = (
        train_piece(plain.learnt, common, Piece(tokens, 0, number, 0.0, 1 / 3)) for number in (0, 0, 1)
    )
    assert [a.tobytes() == b.tobytes() for a, b in zip(before, plain.learnt, strict=True)] == [True, True]
    for moves, same, differs in zip(one.moves, again.moves, other.moves, strict=True):
        assert moves.deltas.dtype == np.float16
        assert sorted(moves.rows.tolist()) == list(range(10))  # every word occurs
        assert (moves.pulls > 0).all()
        assert moves.deltas.tobytes() == same.deltas.tobytes() != differs.deltas.tobytes()
    assert one.loss.nats > 0


def test_one_slice_in_one_round_learns_as_the_plain_training_does() -> None:
    """Its random numbers are the same: only that moves are rounded, and how a rate falls, may differ."""
    config = dataclasses.replace(SMALL, epochs=1)
    plain = WordVectorLearner(two_worlds(), config)
    train(plain)
    whole = WordVectorLearner(two_worlds(), config)
    train(SlicedLearner(whole, SliceSettings(1, 1), ForkedEngine(1)))
    for found, expected in zip(whole.learnt, plain.learnt, strict=True):
        np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-4)


def test_words_of_one_world_are_near_each_other() -> None:
    sliced = learner(slices=SliceSettings(2, 4), config=dataclasses.replace(SMALL, epochs=6))
    train(sliced)
    assert_worlds_apart(WordVectors(sliced.whole.corpus.vocabulary, sliced.whole.input_vectors))


def assert_worlds_apart(vectors: WordVectors) -> None:
    unit = {word: vectors[word] / np.linalg.norm(vectors[word]) for word in (*ANIMALS, *SHIPS)}
    within = [unit[a] @ unit[b] for world in (ANIMALS, SHIPS) for a in world for b in world if a != b]
    across = [unit[a] @ unit[b] for a in ANIMALS for b in SHIPS]
    assert min(within) > max(across)


def test_a_real_text_is_learnt_as_well_as_by_the_plain_training() -> None:
    """12 kB of English: the losses of training and of held-out text fall as far, but for a twentieth."""
    text = "".join(read_text(one) for one in TEXTS if one.startswith("english/")).lower()
    corpus = encode([text[:12_000]], TMP, min_count=2)
    valid = encode_by([text[12_000:24_000]], TMP, corpus.vocabulary)
    config = Word2VecConfig(dim=16, min_count=2, subsample=0.0, epochs=10)
    plain = WordVectorLearner(corpus, config, valid=valid)
    expected = train(plain)
    for slices in (4, 16):
        whole = WordVectorLearner(corpus, config, valid=valid)
        found = train(SlicedLearner(whole, SliceSettings(slices), ForkedEngine(1)))
        assert found.epoch_losses[-1] < 1.05 * expected.epoch_losses[-1] < 3
        assert min(found.valid_losses) < 1.05 * min(expected.valid_losses)
        assert np.isfinite(whole.input_vectors).all()
        assert mean_cosine(whole.input_vectors) < mean_cosine(plain.input_vectors) + 0.1


@pytest.mark.parametrize(("lr", "told"), [(0.1, "a mean loss of"), (1000.0, "a mean loss of|is not finite")])
def test_a_training_that_runs_away_names_what_helps(lr: float, told: str) -> None:
    """Ten words in sixteen slices."""
    config = dataclasses.replace(SMALL, lr=lr, epochs=6)
    sliced = learner(corpus=two_worlds(), config=config, slices=SliceSettings(16, 4))
    with pytest.raises(DivergedError, match=rf"({told}).*with fewer slices, more rounds, or a"):
        train(sliced)


def test_a_sum_that_is_not_finite_moves_nothing() -> None:
    class Broken(ForkedEngine):
        def map(self, function: Callable[..., Any], tasks: Iterable[Sequence[Any]]) -> Iterator[Any]:
            for moves, loss in super().map(function, tasks):
                moves[1].deltas[0] = np.inf
                yield moves, loss

    sliced = learner(Broken(1))
    before = [matrix.tobytes() for matrix in sliced.learnt]
    with pytest.raises(DivergedError, match="the slices learnt is not finite in epoch 1, step 1"):
        train(sliced)
    assert [matrix.tobytes() for matrix in sliced.learnt] == before


def test_what_it_says_of_its_workers_is_true() -> None:
    assert [learner(ForkedEngine(n)).processes(1) for n in (1, 3, 9)] == [1, 3, 4]
    assert learner(ForkedEngine(3)).team_size(3) == 1


def test_the_rate_falls_from_round_to_round() -> None:
    sliced = learner()
    rates = [sliced.learning_rate(Position(epoch, number)) for epoch in range(3) for number in range(2)]
    np.testing.assert_allclose(rates, 0.1 + (1e-4 - 0.1) * np.arange(6) / 6)


def test_what_cannot_be_sliced_is_refused() -> None:
    with pytest.raises(SettingError, match="slices 4 are for arch skipgram with loss ns"):
        learner(config=dataclasses.replace(SMALL, arch="cbow"))
