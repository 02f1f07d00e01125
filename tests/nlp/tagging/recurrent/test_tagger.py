"""A trained network tags as it was taught, each sentence as if it stood alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.data.labelled.schemes import SCHEMES, entities_of
from nlp.networks.token_numbering import LONGEST
from nlp.tagging.recurrent.training import recurrent_training
from nlp.tagging.segmenter import spacing
from nlp.text.tokenize import tokenizer
from nlp.training.loop import train
from tests.nlp.tagging import segmented, tagged
from tests.nlp.tagging.recurrent import small

if TYPE_CHECKING:
    from nlp.tagging.config import HashedConfig

if TYPE_CHECKING:
    from nlp.tagging.recurrent.tagger import RecurrentTagger


@pytest.mark.parametrize("kind", tagged.TEXTS)
def test_what_is_taught_is_found_in_any_company(kind: str) -> None:
    scheme = None if kind == "tags" else SCHEMES["BIO"]
    text = tagged.sentences(kind)
    made = recurrent_training(text, replace(small.FORMS[kind], epochs=11), scheme=scheme)
    assert ("pairs.E" in made.learner.network.parameters) == (kind == "characters")
    train(made.learner)
    model = made.model()
    found = model.tags(text[0])
    assert found == text[1]
    assert [model.tags([sentence])[0] for sentence in text[0][:9]] == found[:9]


@pytest.mark.parametrize("kind", ["tags", "characters"])
def test_a_hybrid_finds_what_it_was_taught_in_any_company(kind: str) -> None:
    scheme = None if kind == "tags" else SCHEMES["BIO"]
    text, config = tagged.sentences(kind), replace(small.FORMS[kind], epochs=5)
    made = recurrent_training(text, config, small.HASHED, scheme=scheme, valid=tagged.sentences(kind, 7))
    train(made.learner)
    assert made.learner.hashed
    assert made.learner.hashed.weights.any()
    model = made.model()
    found = model.tags(text[0])
    assert found == text[1]
    assert [model.tags([sentence])[0] for sentence in [[], *text[0][:9]]] == [[], *found[:9]]
    alone = replace(model, added=None).tags(text[0])
    assert alone != found  # the features had their share in it


def test_a_segmenter_finds_the_words_it_was_taught_in_every_unit() -> None:
    model = small.segmenter(epochs=5)
    spaced = spacing(model, tokenizer("words"))
    assert spaced(["我爱自然语言处理", "北京，天安门。"]) == ["我 爱 自然 语言 处理", "北京 ， 天安门 。"]
    units = ["".join(words) for words in segmented.sentences(40, seed=3)] + ["", "北京" * 300]
    assert model.ends(units).tolist() == [end for unit in units for end in model.ends([unit]).tolist()]
    assert model.ends([]).tolist() == []


def test_entities_are_spelt_in_the_scheme_that_was_learnt_from() -> None:
    model = small.tagger("entities")
    for tags in model.tags(tagged.sentences("entities")[0]):
        assert tags == SCHEMES["BIO"].tags(entities_of(tags), len(tags))


def test_odd_sentences_are_tagged_too() -> None:
    model = small.tagger("tags")
    odd = [[], ["unseen", "", "\N{GRINNING FACE}"], ["the"] * (LONGEST + 1), []]
    assert [len(tags) for tags in model.tags(odd)] == [0, 3, LONGEST + 1, 0]
    assert model.tags([]) == []
    assert model.tags([[]]) == [[]]


@pytest.mark.parametrize("hashed", [None, small.HASHED], ids=["network", "hybrid"])
def test_confidence_is_the_probability_of_the_tag(hashed: HashedConfig | None) -> None:
    model = small.tagger("entities", hashed)
    tokens = [*tagged.sentences("entities")[0][:9], [], ["unseen"]]
    found = model.confidences(tokens)
    assert model.tells_confidence
    assert [len(some) for some in found] == [len(sentence) for sentence in tokens]
    assert all(0 < score <= 1 for some in found for score in some)
    for sentence, some in zip(tokens, found, strict=True):
        assert model.confidences([sentence])[0] == pytest.approx(some, abs=1e-5)
    of_labels = model.marginals_at(tokens)
    assert of_labels(1.0).sum(axis=1) == pytest.approx(1)
    surest, sure, unsure = (of_labels(temperature).max(axis=1).mean() for temperature in (0.1, 1.0, 9.0))
    assert surest > sure > unsure


def test_probabilities_are_fitted_to_held_out_text() -> None:
    """Here it is the training text, so that the network may be surer than it is."""
    made = small.training("tags")
    train(made.learner)
    model = made.model()
    plain = replace(model, temperature=1.0)
    assert model.temperature != 1
    tokens, tags = tagged.sentences("tags", 7)
    assert model.tags(tokens) == plain.tags(tokens)

    def log_likelihood(some: RecurrentTagger) -> float:
        names = {name: number for number, name in enumerate(some.chain.names)}
        labels = [names[tag] for own in tags for tag in own]
        found = some.marginals_at(tokens)(some.temperature)
        return float(np.log(found[np.arange(len(labels)), labels]).sum())

    assert log_likelihood(model) > log_likelihood(plain)
