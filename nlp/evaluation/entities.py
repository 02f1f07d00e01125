"""Entities, or other chunks, as conlleval counts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nlp.data.labelled.schemes import SCHEMES, Entity, entities_of, parts_of
from nlp.evaluation.shares import Counts, share


class EntityScore:
    """Entities that are found whole and with the right label.

    What conlleval takes for an entity depends on letters that it knows only in part. So tags of other schemes
    than BIO and IOB1 become BIO first: it is what makes them the same to it, whatever its version.

    Source: Tjong Kim Sang & Buchholz 2000, "Introduction to the CoNLL-2000 shared task: chunking"
    """

    def __init__(self) -> None:
        self._counts = Counts()
        self._tokens = self._right = 0

    def add(self, gold: Sequence[str], predicted: Sequence[str]) -> None:
        """Count the entities of a sentence, whose tags may be of two schemes."""
        there, found = entities_of(gold), entities_of(predicted)
        if not (is_plain(gold) and is_plain(predicted)):
            gold, predicted = in_bio(there, len(gold)), in_bio(found, len(predicted))
        self._tokens += len(gold)
        self._right += sum(tag == other for tag, other in zip(gold, predicted, strict=True))
        correct = set(there).intersection(found)
        self._counts.add(*([entity.label for entity in some] for some in (there, found, correct)))

    def report(self) -> dict[str, Any]:
        """The accuracy of tags, and precision, recall and F1 of entities."""
        return {"accuracy": share(self._right, self._tokens), **self._counts.report()}


def is_plain(tags: Sequence[str]) -> bool:
    """Whether tags have letters of BIO and IOB1 only."""
    return all(parts_of(tag)[0] in {"B", "I", "O"} for tag in tags)


def in_bio(entities: Sequence[Entity], length: int) -> list[str]:
    """The tags of a sentence in BIO."""
    return SCHEMES["BIO"].tags(entities, length)
