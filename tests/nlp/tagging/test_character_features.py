"""Features of characters: of each unit alone, and another one wherever the neighbourhood differs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging.character_features import entity_features, word_features
from nlp.tagging.characters import FAR, NEAR, codes, flat, lengths_of, types_of
from nlp.tagging.lexicon import EVERYWHERE, Lexicon

BITS = 20
LEXICON = Lexicon.of(dict.fromkeys(["甲乙", "乙丙甲"], EVERYWHERE))
units = st.text("甲乙丙a１，", min_size=1, max_size=9)


def features(texts: list[str], kind: str) -> np.ndarray:
    text = flat(codes("".join(texts)), lengths_of(texts), NEAR if kind == "words" else FAR)
    if kind == "words":
        found = word_features(text.symbols, LEXICON.longest(text.symbols), BITS)
    else:
        found = entity_features(text.symbols, BITS)
    return np.stack([template[text.places] for template in found])


@given(st.lists(units, min_size=1, max_size=5), st.sampled_from(["words", "entities"]))
def test_those_of_a_unit_depend_on_it_alone(texts: list[str], kind: str) -> None:
    alone = [features([text], kind) for text in texts]
    assert (features(texts, kind) == np.concatenate(alone, axis=1)).all()


def test_each_template_has_buckets_of_its_own() -> None:
    found = features(["甲乙丙甲乙"], "words")
    assert len(found) == 19
    assert len(np.unique(found[:, 2])) == 19
    assert found.max() < 1 << BITS


def test_each_sees_the_places_that_it_names() -> None:
    whole = features(["丁丁丁甲丁丁丁"], "words")
    changed = features(["丁丁丁乙丁丁丁"], "words")
    assert (whole[:, 0] == changed[:, 0]).all()
    assert (whole[:13, 1] != changed[:13, 1]).sum() == 2  # C1C2 and C2
    assert (
        features(["丁丁丁甲丁丁丁"], "entities")[:, 0] != features(["丁丁丁乙丁丁丁"], "entities")[:, 0]
    ).sum() == 1


def test_types_tell_kinds_of_characters_apart() -> None:
    kinds = types_of(flat(codes("中2二A年，あ𠀀"), np.array([8])).symbols)[2:-2]
    assert kinds.tolist() == [2, 3, 4, 5, 6, 7, 1, 2]
    assert types_of(np.array([0x10FFFF, 0], np.uint32)).tolist() == [1, 0]
