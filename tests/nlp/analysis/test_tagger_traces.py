"""Traces of taggers: the states that the head gets, and those that the gates make, from both ends."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.analysis.tagger_traces import tagger_trace
from nlp.layers.workspace import Workspace
from nlp.networks.token_numbering import LONGEST
from tests.nlp.tagging import tagged
from tests.nlp.tagging.recurrent import small


@pytest.mark.parametrize("kind", small.FORMS)
def test_the_highest_states_are_what_the_head_gets(kind: str) -> None:
    tagger = small.tagger(kind)
    network = tagger.network
    sentences, _ = tagged.sentences(kind)
    tokens = max(sentences, key=len)
    layers = tagger_trace(tagger, tokens)
    text = tagger.numbering.numbered([tokens])
    batch = text.batch(np.array([0]), spelt=network.encoder.spelling is not None)
    hidden = network.hidden(batch, Workspace())[:, 0]
    assert len(layers) == small.FORMS[kind].layers
    assert {array.shape for layer in layers for array in layer.values()} == {(len(tokens), 12)}
    np.testing.assert_allclose(layers[-1]["h"], hidden, atol=1e-6)


def test_each_way_makes_its_states_from_its_own_end() -> None:
    tagger = small.tagger("tags")  # of LSTM
    (layer,) = tagger_trace(tagger, ["the", "king", "of", "rome"])
    forward, back = ({name: array[:, part] for name, array in layer.items()} for part in np.s_[:6, 6:])
    turned = {name: array[::-1] for name, array in back.items()}
    for way in (forward, turned):
        made = way["i"] * way["c̃"]
        made[1:] += way["f"][1:] * way["c"][:-1]
        np.testing.assert_allclose(way["c"], made, atol=1e-6)
        np.testing.assert_allclose(way["h"], way["o"] * np.tanh(way["c"]), atol=1e-6)


def test_a_sentence_in_parts_and_one_of_nothing() -> None:
    tagger = small.tagger("characters")
    tokens = list("国王来了" * 300)
    (layer,) = tagger_trace(tagger, tokens)
    parts = [tokens[start : start + LONGEST] for start in range(0, len(tokens), LONGEST)]
    assert len(parts) > 1
    expected = np.concatenate([tagger_trace(tagger, part)[0]["h"] for part in parts])
    np.testing.assert_array_equal(layer["h"], expected)
    assert tagger_trace(tagger, []) == []
