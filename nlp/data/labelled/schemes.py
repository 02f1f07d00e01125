"""How tags spell entities: B-PER I-PER is one of two words, and each scheme has letters for their places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

OUTSIDE = "O"
_BEGINS, _ENDS = "BSU", "ESLU"  # letters of a first word, and of a last one
_LETTERS = frozenset("BIMESLU")


class Scheme(NamedTuple):
    """The letters of the words of an entity: the first, those between, the last of several, and a single one.

    With `only_between`, a first word has `begin` only behind an entity of the same label.
    """

    name: str
    begin: str
    inside: str
    end: str
    single: str
    only_between: bool = False

    def tags(self, entities: Iterable[Entity], length: int) -> list[str]:
        """The tags of a sentence of `length` tokens; the entities are in order and do not overlap."""
        tags = [OUTSIDE] * length
        last: Entity | None = None
        for entity in entities:
            start, end, label = entity
            behind = label and f"-{label}"
            places = (
                [self.begin, *[self.inside] * (end - start - 2), self.end]
                if end - start > 1
                else [self.single]
            )
            if self.only_between:
                is_between = last is not None and last[1:] == (start, label)
                places[0] = self.begin if is_between else self.inside
            tags[start:end] = [f"{letter}{behind}" for letter in places]
            last = entity
        return tags


class Entity(NamedTuple):
    """The tokens [start, end) are one entity, of this label."""

    start: int
    end: int
    label: str


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("BIO", "B", "I", "I", "B"),
        Scheme("IOB1", "B", "I", "I", "I", only_between=True),
        Scheme("BIOES", "B", "I", "E", "S"),
        Scheme("BMES", "B", "M", "E", "S"),
        Scheme("BILOU", "B", "I", "L", "U"),
    )
}
"""The schemes by name. BIO is IOB2: each entity begins with a B."""


def parts_of(tag: str) -> tuple[str, str]:
    """The letter of a tag and its label: B-PER is B and PER, a lone B has the label ""."""
    letter, _, label = tag.partition("-")
    return letter, label


def is_of_entities(tags: Iterable[str]) -> bool:
    """Whether these tags spell entities, whatever the scheme."""
    found = set(tags) - {OUTSIDE}
    return bool(found) and all(tag[:1] in _LETTERS and (len(tag) == 1 or tag[1:2] == "-") for tag in found)


def entities_of(tags: Sequence[str]) -> list[Entity]:
    """The entities that tags of any scheme spell, as conlleval finds them.

    An entity starts at a B, S or U, behind an O, an E, S, L or U, and where the label changes, and goes on to
    the next start or O: so an I that follows nothing starts one too.

    Source: Tjong Kim Sang & Buchholz 2000, whose script has these rules (its brackets are left out)
    """
    entities: list[Entity] = []
    start, before = 0, (OUTSIDE, "")
    for place, tag in enumerate([*tags, OUTSIDE]):
        part = parts_of(tag)
        letter, label = part
        if part != before or letter in _BEGINS or letter in _ENDS:
            starts = letter != OUTSIDE and (
                letter in _BEGINS or before[0] in _ENDS or before[0] == OUTSIDE or before[1] != label
            )
            if before[0] != OUTSIDE and (starts or letter == OUTSIDE):
                entities.append(Entity(start, place, before[1]))
            if starts:
                start = place
        before = part
    return entities


def starts_entity(letter: str) -> bool:
    """Whether this is the letter of a first word; in IOB1, an I may be one too."""
    return letter in _BEGINS
