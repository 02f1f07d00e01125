"""Tags of single tokens, such as parts of speech."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nlp.evaluation.shares import Counts, share


class TagScore:
    """How many tokens have the right tag."""

    def __init__(self) -> None:
        self._counts = Counts()

    def add(self, gold: Sequence[str], predicted: Sequence[str]) -> None:
        """Count the tags of a sentence."""
        same = [tag for tag, other in zip(gold, predicted, strict=True) if tag == other]
        self._counts.add(gold, predicted, same)

    def report(self) -> dict[str, Any]:
        """The accuracy, and precision, recall and F1 of each tag."""
        counts = self._counts
        return {"accuracy": share(counts.correct.total(), counts.there.total()), **counts.report()}
