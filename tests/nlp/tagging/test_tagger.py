"""Trained taggers: tags as they were taught, in every sentence as if that stood alone."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.data.labelled.schemes import SCHEMES, entities_of
from nlp.errors import InputError
from nlp.tagging import segment_training
from nlp.tagging import tagger as module
from nlp.tagging.hashing import text_hash
from nlp.tagging.tag_training import tagger_training
from nlp.training.loop import train
from nlp.vectors.word_groups import WordGroups
from tests.nlp.tagging import tagged

every_kind = pytest.mark.parametrize("kind", tagged.TEXTS)


@every_kind
def test_it_tags_as_it_was_taught(kind: str) -> None:
    tokens, tags = tagged.sentences(kind)
    model = tagged.tagger(kind)
    assert model.tags(tokens) == tags
    assert model.features == ("characters" if kind == "characters" else "tokens")


@every_kind
@pytest.mark.parametrize("grouped", [False, True])
def test_tags_of_a_sentence_do_not_depend_on_others(
    kind: str, monkeypatch: pytest.MonkeyPatch, *, grouped: bool
) -> None:
    model = tagged.tagger(kind, tagged.groups(kind) if grouped else None)
    tokens = [*tagged.sentences(kind)[0], [], ["unseen", "北"], ["", "x" * 500], ["Rome"] * 300]
    together = model.tags(tokens)
    assert together == [model.tags([sentence])[0] for sentence in tokens]
    assert [len(tags) for tags in together] == [len(sentence) for sentence in tokens]
    monkeypatch.setattr(module, "AT_A_TIME", 7)
    monkeypatch.setattr(module, "REMEMBERED", 5)
    assert model.tags(tokens) == together
    assert model.tags([]) == []


@pytest.mark.parametrize("name", SCHEMES)
def test_entities_are_spelt_in_the_scheme_of_the_training_text(name: str) -> None:
    tokens, tags = tagged.sentences("entities")
    scheme = SCHEMES[name]
    spelt = [scheme.tags(entities_of(some), len(some)) for some in tags]
    made = tagger_training((tokens, spelt), tagged.config("entities"), scheme=scheme)
    train(made.learner)
    assert made.model().tags(tokens) == spelt


def test_a_word_that_was_never_seen_is_tagged_by_its_group() -> None:
    """Of two words without a letter in common, each lies in a group with those of one tag."""
    names, verbs = [f"{a}{b}" for a in "abc" for b in "xyz"], [f"{a}{b}" for a in "def" for b in "uvw"]
    every = [*names, "ghi", *verbs, "jkl"]
    order = np.argsort([text_hash(word) for word in every])
    hashes = np.array([text_hash(every[place]) for place in order], np.uint32)
    groups = WordGroups(hashes, np.array([[int(place >= 10) for place in order]], np.int32))
    tokens = [[word] for word in names + verbs] * 9
    tags = [["N"]] * 9 + [["V"]] * 9
    made = tagger_training((tokens, tags * 9), tagged.config("tags"), groups=groups)
    train(made.learner)
    assert made.model().tags([["ghi"], ["jkl"]]) == [["N"], ["V"]]


def test_classes_of_words_are_those_of_other_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The class of a word that only one part has tells nothing there, or it would tell all."""
    monkeypatch.setattr(segment_training, "LEAST_PART", 2)
    tokens, tags = [["a"], ["a"], ["a"], ["b"]], [["X"], ["X"], ["X"], ["Y"]]
    made = tagger_training((tokens, tags), tagged.config("tags"), groups=tagged.groups("tags"))
    of_class = made.learner.examples.rows[-9:]
    assert made.groups is not None
    assert len(made.groups.groups) == 3
    assert of_class[2, 0] != of_class[2, 3]
    assert len(set(of_class[2, :3].tolist())) == 1  # "a" is in both parts, "b" unseen in the other one
    same = WordGroups(made.groups.hashes, made.groups.groups)
    assert (same.numbers(2, np.array([text_hash("b")], np.uint32)) > 0).all()


def test_too_many_tags_are_refused() -> None:
    many = [[f"t{number}" for number in range(256)]]
    with pytest.raises(InputError, match="256 different tags, but a tagger learns at most 255"):
        tagger_training((many, many), tagged.config("tags"))


def test_a_tag_that_the_training_text_lacks_counts_as_wrong() -> None:
    made = tagger_training(tagged.sentences("tags"), tagged.config("tags"), valid=([["the"]], [["unheard"]]))
    assert made.learner.evaluate() == 0.75  # as 1.5 of 2


@every_kind
def test_confidence_is_the_probability_of_the_tag_in_its_sentence(kind: str) -> None:
    made = tagged.training(kind)
    train(made.learner)
    model = made.model()
    tokens = [*tagged.sentences(kind)[0][:9], [], ["unseen", "北"], ["Rome"] * 300]
    found = model.confidences(tokens)
    assert model.tells_confidence
    assert [len(some) for some in found] == [len(sentence) for sentence in tokens]
    assert min(map(min, found[:9])) > 0.5
    assert min(found[-2]) < min(map(min, found[:9]))
    for sentence, some in zip(tokens, found, strict=True):
        assert model.confidences([sentence])[0] == pytest.approx(some, abs=1e-6)
    assert model.temperature is not None
    of_labels = model.marginals_at(tokens)(model.temperature)
    assert of_labels.sum(axis=1) == pytest.approx(1)
    assert of_labels.max(axis=1)[0] == pytest.approx(found[0][0])


def test_without_held_out_text_there_is_no_confidence() -> None:
    model = tagged.tagger("tags")
    assert not model.tells_confidence
    with pytest.raises(ValueError, match="no temperature"):
        model.confidences([["the"]])
