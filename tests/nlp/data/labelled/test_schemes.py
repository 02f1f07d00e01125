from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.data.labelled.schemes import SCHEMES, Entity, entities_of, is_of_entities


@st.composite
def entities(draw: st.DrawFn) -> list[Entity]:
    """Entities side by side or with gaps, of two labels."""
    found, end = [], 0
    for gap, length, label in draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(["X", "Y-Z"])))
    ):
        found.append(Entity(end + gap, end + gap + length, label))
        end += gap + length
    return found


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
@given(found=entities())
def test_entities_are_those_whose_tags_were_written(scheme: object, found: list[Entity]) -> None:
    tags = SCHEMES[scheme.name].tags(found, 3 + max((one.end for one in found), default=0))  # type: ignore[attr-defined]
    assert entities_of(tags) == found


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("I-X I-X O I-X", [(0, 2, "X"), (3, 4, "X")]),
        ("B-X I-Y", [(0, 1, "X"), (1, 2, "Y")]),
        ("B-X E-X I-X", [(0, 2, "X"), (2, 3, "X")]),
        ("S-X E-X E-X", [(0, 1, "X"), (1, 2, "X"), (2, 3, "X")]),
        ("B-X I-X B-X", [(0, 2, "X"), (2, 3, "X")]),
        ("O O", []),
        ("B M E S", [(0, 3, ""), (3, 4, "")]),
    ],
)
def test_entities_are_found_as_conlleval_finds_them(tags: str, found: list[tuple[int, int, str]]) -> None:
    assert entities_of(tags.split()) == found


def test_schemes_spell_an_entity_each_in_its_way() -> None:
    one = [Entity(0, 3, "X"), Entity(3, 4, "X")]
    spelt = {name: " ".join(scheme.tags(one, 5)) for name, scheme in SCHEMES.items()}
    assert spelt == {
        "BIO": "B-X I-X I-X B-X O",
        "IOB1": "I-X I-X I-X B-X O",
        "BIOES": "B-X I-X E-X S-X O",
        "BMES": "B-X M-X E-X S-X O",
        "BILOU": "B-X I-X L-X U-X O",
    }


def test_parts_of_speech_spell_no_entities() -> None:
    assert is_of_entities(["B-X", "O"])
    assert is_of_entities(["B", "E", "M", "S"])
    assert not is_of_entities(["NN", "O"])
    assert not is_of_entities(["O"])
