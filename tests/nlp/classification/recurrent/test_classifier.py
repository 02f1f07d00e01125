"""A trained network tells the labels that it was taught, of each text as if it stood alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nlp.classification.recurrent.training import recurrent_training
from nlp.data.labelled.texts import LabelledText
from nlp.errors import InputError
from nlp.training.loop import train
from tests.nlp.classification.recurrent import small
from tests.nlp.classification.texts import texts
from tests.nlp.tagging.recurrent.small import vectors

NEW = ["I saw horse today", "there was moss and rose", "slate and jade"]


@pytest.mark.parametrize("form", small.FORMS)
def test_every_pool_learns(form: str) -> None:
    model = small.classifier(form, epochs=15, count=60)
    found = model.probabilities(NEW)
    assert [model.labels[number] for number in found.argmax(axis=1)] == ["animal", "plant", "stone"]
    for text, row in zip(NEW, found, strict=True):
        np.testing.assert_allclose(model.probabilities([text])[0], row, rtol=1e-4)


def test_odd_texts_have_labels_too() -> None:
    model = small.classifier("max")
    odd = ["", " \t", "unseen", "\N{GRINNING FACE}", "horse " * 5_000]
    found = model.probabilities(odd)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert model.probabilities([]).shape == (0, 3)
    assert model.size.startswith("3 labels, ")


def test_the_number_of_workers_changes_no_bit() -> None:
    found = set()
    for workers in (1, 3):
        made = small.training("max")
        train(made.learner, workers)
        found.add(made.model().network.parameters.flat.tobytes())
    assert len(found) == 1


def test_a_text_of_several_labels_teaches_all_of_them() -> None:
    config = small.FORMS["mean"]
    some = [LabelledText(("a", "b"), "x y"), LabelledText(("a",), "x z"), LabelledText(("c",), "w")] * 20
    made = recurrent_training(small.read(config, some), replace(config, epochs=12))
    train(made.learner)
    assert (made.model().probabilities(["x y"])[0] > 0.5).tolist() == [True, True, False]


def test_weights_of_classes_shift_what_is_found() -> None:
    config = replace(small.FORMS["mean"], loss="softmax", epochs=30)
    some = [LabelledText(("a",), "x")] * 20 + [LabelledText(("b",), "x")] * 20
    found = []
    for weights in (None, np.array([0.1, 5], np.float32)):
        made = recurrent_training(small.read(config, some), config, class_weights=weights)
        train(made.learner)
        found.append(float(made.model().probabilities(["x"])[0, 1]))
    assert found[0] < 0.7 < found[1]


def test_held_out_texts_choose_the_epoch_and_calibrate() -> None:
    config = replace(small.FORMS["last"], epochs=6)
    examples = small.read(config, texts(40))
    noisy = [LabelledText(("plant" if n % 4 else "animal",), one.text) for n, one in enumerate(texts(40))]
    held_out = small.read(config, [*texts(20), *noisy], examples.labels)
    made = recurrent_training(examples, config, valid=held_out)
    curves, model = train(made.learner), made.model()
    assert len(curves.valid_losses) == 6
    some = [one.text for one in [*texts(20), *noisy]]
    losses = [
        -(held_out.shares * np.log(replace(model, temperature=at).probabilities(some))).sum()
        for at in (model.temperature, 1.0)
    ]
    assert losses[0] < losses[1]
    assert losses[1] == pytest.approx(60 * min(curves.valid_losses), rel=1e-4)
    assert made.learner.rehearse_epoch_end() == made.learner.network.parameters.flat.nbytes


def test_words_start_from_their_given_vectors_and_these_are_not_moved() -> None:
    config = replace(small.FORMS["max"], word_dropout=0.0)
    examples = small.read(config, [*texts(20), LabelledText(("plant",), "the king")])
    made = recurrent_training(examples, config, vectors=vectors())
    network, numbering = made.learner.network, made.numbering
    given = network.encoder.vectors.copy()
    assert network.config.embed_dim == given.shape[1]
    words = numbering.words.index
    of_king = given[1 + numbering.given.index["king"]]
    np.testing.assert_allclose(network.parameters["E"][words["king"]], 0.2 * of_king, rtol=1e-6)
    assert np.abs(network.parameters["E"][words["dog"]]).max() > 0
    train(made.learner)
    assert network.encoder.vectors.tobytes() == given.tobytes()
    assert not np.allclose(network.parameters["E"][words["king"]], 0.2 * of_king)


def test_texts_that_teach_nothing_are_refused() -> None:
    config = small.FORMS["max"]
    with pytest.raises(InputError, match="no labelled text"):
        recurrent_training(small.read(config, []), config)
    with pytest.raises(InputError, match="all texts have the label 'a'"):
        recurrent_training(small.read(config, [LabelledText(("a",), "x")]), config)
    some = small.read(config, texts(9))
    with pytest.raises(InputError, match="no held-out text"):
        recurrent_training(some, config, valid=small.read(config, [LabelledText(("x",), "y")], some.labels))
