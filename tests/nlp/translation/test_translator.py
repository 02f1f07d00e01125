"""A model as it is used: it learns, and tells what it has found and where it looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.errors import InputError
from nlp.training.loop import train
from nlp.translation.config import TranslationConfig
from nlp.translation.pairs import Pair
from nlp.translation.training import translation_training
from nlp.translation.translator import END, LONGEST
from tests.nlp.translation import small

if TYPE_CHECKING:
    from nlp.translation.translator import Translator


@pytest.fixture(scope="module")
def learnt() -> Translator:
    config = TranslationConfig(
        hidden=24, subword_vocab=8, epochs=20, batch_size=60, optimizer="adam", lr=0.02, dropout=0.0, shards=1
    )
    made = translation_training(small.pairs(300), config)
    train(made.learner)
    return made.translator


def test_it_learns_to_turn_words_round(learnt: Translator) -> None:
    some = small.pairs(40, 3)
    found = learnt.translate([pair.source for pair in some])
    right = sum(best.text == pair.target for (best, *_), pair in zip(found, some, strict=True))
    assert right >= 35


def test_texts_come_back_in_their_order_whatever_stands_beside_them(learnt: Translator) -> None:
    texts = [pair.source for pair in small.pairs(100, 4)]
    together = [best.text for best, *_ in learnt.translate(texts)]
    assert together[::9] == [learnt.translate([text])[0][0].text for text in texts[::9]]


def test_the_best_of_several_are_told(learnt: Translator) -> None:
    (some, none) = learnt.translate(["ab cd", ""], beam=4, best=3)
    assert len(some) == len({one.text for one in some}) == 3
    assert some[0].logprob > some[-1].logprob
    assert [(one.text, one.logprob) for one in none] == [("", 0.0)]


def test_alignment_tells_the_pieces_and_where_they_looked(learnt: Translator) -> None:
    ((best,),) = learnt.translate(["ab cd"], aligned=True)
    assert (best.source[-1], best.target[-1]) == (END, END)
    assert "".join(best.target[:-1]).replace("▁", " ").strip() == best.text
    assert best.weights is not None
    assert best.weights.shape == (len(best.target), len(best.source))
    np.testing.assert_allclose(best.weights.sum(axis=1), 1, rtol=1e-5)


def test_what_no_piece_spells_is_copied(learnt: Translator) -> None:
    """Bytes are all that this model may write; so what comes out is the emoji of the source."""
    bias = learnt.network.parameters["output.b"]
    kept = bias.copy()
    bias[256:] -= 1000
    try:
        ((best,),) = learnt.translate(["ab 😀 cd"])
    finally:
        bias[...] = kept
    assert "😀" in best.text


def test_a_long_text_is_cut(learnt: Translator) -> None:
    assert not learnt.is_cut("x" * LONGEST)
    assert learnt.is_cut("x " * LONGEST)


def test_there_has_to_be_something_to_learn() -> None:
    with pytest.raises(InputError, match="no pair of texts of up to 100 pieces"):
        translation_training([Pair("a", "")], small.CONFIG)
    with pytest.raises(InputError, match="no held-out pair"):
        translation_training([Pair("a", "b")], small.CONFIG, valid=[Pair("", "b")])


@pytest.mark.parametrize(("target", "tokenizer"), [("他来了", "zh"), ("he came", "13a")])
def test_bleu_is_told_by_the_tokenizer_of_the_language(target: str, tokenizer: str) -> None:
    made = translation_training([Pair("a", target)], small.CONFIG, valid=[Pair("a", target)])
    assert made.learner.tokenizer == tokenizer
    assert made.learner.evaluate() is not None
    assert made.learner.scores().keys() == {"bleu"}
