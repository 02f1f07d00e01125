from __future__ import annotations

import numpy as np

from nlp.classification.config import ClassifierConfig
from nlp.classification.examples import encode_texts
from nlp.classification.features import Featurizer
from nlp.data.labelled.texts import LabelledText
from tests.nlp.classification.texts import TMP, encoded, texts

CONFIG = ClassifierConfig(buckets=4096)


def test_texts_are_read_as_they_were_written() -> None:
    some = [*texts(21), LabelledText(("stone", "plant"), "x")]
    examples = encoded(CONFIG, some)
    assert (len(examples), examples.groups) == (22, 3)
    assert examples.labels == ("animal", "plant", "stone")
    assert examples.counts.tolist() == [7, 8, 8]
    bags = Featurizer(CONFIG).bags([one.text for one in some])
    read = list(examples.read_all())
    assert np.array_equal(np.concatenate([part.buckets for part in read]), bags.buckets)
    last = examples.read([2])
    targets = last.targets(3)
    assert targets.shape == (6, 3)
    assert targets[-1].tolist() == [0, 0.5, 0.5]
    assert targets[0].tolist() == [0, 1, 0]
    assert np.array_equal(last.buckets, bags.buckets[bags.starts[16] :])


def test_held_out_texts_have_the_labels_of_the_model() -> None:
    some = [LabelledText(("b",), "x"), LabelledText(("z",), "y"), LabelledText(("z", "a"), "z")]
    examples = encode_texts(some, Featurizer(CONFIG), TMP, ("a", "b"))
    assert (len(examples), examples.skipped, examples.labels) == (2, 1, ("a", "b"))
    assert examples.counts.tolist() == [1, 1]
    assert examples.read([0]).targets(2).tolist() == [[0, 1], [1, 0]]


def test_the_hash_tells_other_labels_and_other_texts() -> None:
    hashes = {encoded(CONFIG, some).sha256 for some in (texts(3), texts(2), [LabelledText(("x",), "y")] * 3)}
    assert len(hashes) == 3
