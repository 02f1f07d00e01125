"""A trained segmenter: words as it was taught, in every unit as if that stood alone."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.errors import InputError
from nlp.tagging import segmenter as module
from nlp.tagging.segment_training import segmenter_training
from nlp.tagging.segmenter import spacing
from nlp.text.tokenize import tokenizer
from tests.nlp.tagging import segmented


@pytest.fixture(scope="module")
def model() -> module.Segmenter:
    return segmented.segmenter()


def test_it_finds_the_words_it_was_taught(model: module.Segmenter) -> None:
    spaced = spacing(model, tokenizer("words"))
    assert spaced(["我爱自然语言处理", "北京，天安门。"]) == ["我 爱 自然 语言 处理", "北京 ， 天安门 。"]
    assert spaced([]) == []


def test_what_is_found_in_a_unit_does_not_depend_on_others(
    model: module.Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = ["".join(words) for words in segmented.sentences(40, seed=3)] + ["", "北京" * 300]
    together = model.ends(units).tolist()
    assert together == [end for unit in units for end in model.ends([unit]).tolist()]
    monkeypatch.setattr(module, "AT_A_TIME", 50)
    assert model.ends(units).tolist() == together


def test_nothing_is_lost_and_nothing_is_cut_that_words_mode_keeps(model: module.Segmenter) -> None:
    spaced = spacing(model, tokenizer("words"))
    for unit, whole in (
        ("我爱https://example.com/北京", ["https://example.com/"]),
        ("北京2008-08-08我", ["2008-08-08"]),
        ("我don't爱well-known北京", ["don't", "well-known"]),
        ("我写a.b@example.com，", ["a.b@example.com"]),
        ("语言👨‍👩‍👧处理é北京", ["👨‍👩‍👧", "é"]),
        ("x" * 50 + "我", ["x" * 50]),
    ):
        tokens = spaced([unit])[0].split()
        assert "".join(tokens) == unit
        assert set(whole) <= set(tokens)


def test_a_number_is_whole_and_may_be_part_of_a_word(model: module.Segmenter) -> None:
    tokens = spacing(model, tokenizer("words"))(["我爱1,234.5北京２００８年"])[0].split()
    assert any("1,234.5" in token for token in tokens)


def test_units_side_by_side_share_no_token(model: module.Segmenter) -> None:
    spaced = spacing(model, tokenizer("words"))
    assert spaced(["我a", "b北京", "a", "\u0301我"]) == [
        *spaced(["我a"]),
        *spaced(["b北京"]),
        *spaced(["a"]),
        *spaced(["\u0301我"]),
    ]


def test_text_that_teaches_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="no word has two characters: nothing to learn"):
        segmenter_training([["我", "爱"], []], segmented.CONFIG)
    with pytest.raises(InputError, match="the held-out text is empty"):
        segmenter_training([["我们"]], segmented.CONFIG, valid=[[]])


def test_averages_are_the_means_over_the_steps_after_the_first_epoch() -> None:
    from nlp.training.learner import Position

    learner = segmented.training().learner
    step, total, counted = 0, np.zeros(learner.weights.shape), 0
    for epoch in range(learner.epochs):
        for number, data in enumerate(learner.steps(epoch)):
            learner.place_(data)
            for phase in learner.phases(1):
                phase.run(Position(epoch, number, step), 0)
            step += 1
            if epoch:
                total += learner.weights
                counted += 1
    assert counted == learner.steps_per_epoch
    np.testing.assert_allclose(learner.averages()[0], total / counted, atol=1e-6)
