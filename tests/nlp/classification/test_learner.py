from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from nlp.classification.config import ClassifierConfig
from nlp.classification.learner import ClassifierLearner, advice_on
from nlp.data.labelled.texts import LabelledText
from nlp.errors import InputError, SettingError
from nlp.training.loop import train
from tests.nlp.classification.texts import encoded, texts, trained

NEW = ["I saw horse today", "there was moss and rose", "slate and jade"]


@pytest.mark.parametrize(("loss", "dim"), [("hinge", None), *product(("softmax", "ova", "hs"), (0, 5, 20))])
def test_every_loss_learns_with_and_without_a_second_layer(loss: str, dim: int | None) -> None:
    model = trained(loss=loss, dim=dim, epochs=20)
    best = model.probabilities(NEW).argmax(axis=1)
    assert [model.labels[number] for number in best] == ["animal", "plant", "stone"]


@pytest.mark.parametrize("dim", [0, 3])
def test_the_number_of_workers_changes_no_bit(dim: int) -> None:
    one, two, four = (trained(workers, dim=dim, epochs=2, subwords=True) for workers in (1, 2, 4))
    for other in (two, four):
        assert one.weights.table.tobytes() == other.weights.table.tobytes()
    assert one.probabilities(NEW).tobytes() == two.probabilities(NEW).tobytes()
    assert not np.array_equal(one.weights.table, trained(dim=dim, epochs=2, seed=2).weights.table)


def test_texts_that_are_alike_do_not_make_a_hinge_loss_diverge() -> None:
    some = [LabelledText((label,), "the same text") for label in ("a", "b", "b")] * 100
    assert trained(2, some, loss="hinge").probabilities(["the same text"]).argmax() == 1


def test_the_second_layer_is_of_little_text_or_many_labels() -> None:
    config = ClassifierConfig()
    assert [config.fitted(3, tokens).dim for tokens in (1_000, 10_000_000)] == [32, 0]
    assert config.fitted(3, 1_000, has_groups=True).dim == 0
    assert config.fitted(99, 10_000_000).dim == 64
    assert ClassifierConfig(dim=5).fitted(99, 1_000).dim == 5


def test_a_text_of_several_labels_teaches_all_of_them() -> None:
    some = [LabelledText(("a", "b"), "x y"), LabelledText(("a",), "x z"), LabelledText(("c",), "w")] * 20
    model = trained(some=some, loss="ova", epochs=20)
    assert (model.probabilities(["x y"])[0] > 0.5).tolist() == [True, True, False]


def test_weights_of_classes_shift_what_is_found() -> None:
    some = [
        *texts(30),
        *[LabelledText(("animal",), "oak elm")] * 3,
        *[LabelledText(("plant",), "oak elm")] * 2,
    ]
    config = ClassifierConfig(buckets=4096, epochs=10, dim=0)
    found = []
    for weights in (None, np.array([0.1, 9, 1], np.float32)):
        learner = ClassifierLearner(encoded(config, some), config, class_weights=weights)
        train(learner)
        found.append(float(learner.classifier().probabilities(["oak elm"])[0, 1]))
    assert found[1] > found[0]


def test_held_out_texts_choose_the_epoch_and_calibrate() -> None:
    config = ClassifierConfig(buckets=4096, epochs=6)
    noisy = [
        LabelledText(("plant" if number % 4 else "animal",), one.text) for number, one in enumerate(texts(40))
    ]
    learner = ClassifierLearner(
        encoded(config), config, valid=encoded(config, [*texts(20), *noisy, *texts(3)])
    )
    curves = train(learner)
    assert len(curves.valid_losses) == 6
    assert learner.classifier().temperature > 1


def test_texts_that_teach_nothing_are_refused() -> None:
    config = ClassifierConfig()
    with pytest.raises(InputError, match="no labelled text"):
        ClassifierLearner(encoded(config, []), config)
    with pytest.raises(InputError, match="all texts have the label 'a'"):
        ClassifierLearner(encoded(config, [LabelledText(("a",), "x")]), config)
    with pytest.raises(InputError, match="no held-out text"):
        ClassifierLearner(encoded(config), config, valid=encoded(config, []))
    with pytest.raises(SettingError, match="dim is 3, but with loss 'hinge'"):
        ClassifierConfig(loss="hinge", dim=3)
    with pytest.raises(SettingError, match="minn is 6, but maxn 5"):
        ClassifierConfig(minn=6)


def test_a_label_with_one_text_is_told() -> None:
    examples = encoded(ClassifierConfig(), [*texts(9), LabelledText(("rare",), "x")])
    assert list(advice_on(examples)) == ["1 label with a single text, such as 'rare': too few to learn from"]
