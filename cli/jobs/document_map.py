"""The documents of a search index on a map, near to each other as their vectors are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cli.jobs.similar_documents import document_vectors
from nlp.search.config import FILE
from nlp.vectors.projection import project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.console import Console
    from cli.drawing.canvas import Point

_LABEL = 20
"""Characters of a text that its label has at the most."""


def document_map(
    path: str, names: Sequence[str], count: int, method: str, seed: int, console: Console
) -> tuple[list[str], list[Point]]:
    """Labels and points of the documents of these ids or, without, of `count` at even distances in the index.

    A label is how the text begins or, of a file, its name.
    """
    index, documents = document_vectors(path, None, console, 1)
    found = [index.document(number) for number in documents.numbers.tolist()]
    places = list(range(len(found)))
    if names:
        of_ids = {document.id: place for place, document in enumerate(found)}
        for name in names:
            if name not in of_ids:
                console.warn(f"no document with a vector has the id {name!r}; it is left out")
        places = [of_ids[name] for name in dict.fromkeys(names) if name in of_ids]
    elif len(places) > count:
        places = np.linspace(0, len(places) - 1, count).astype(int).tolist()
    points = project(documents.rows[places], method, seed)
    labels = [found[place].id if index.config.unit == FILE else _label(found[place].text) for place in places]
    return labels, [(float(x), float(y)) for x, y in points]


def _label(text: str) -> str:
    """The first words of a text, or characters where it has no spaces."""
    line = " ".join(text.split())
    if len(line) <= _LABEL:
        return line
    return f"{line[:_LABEL].rpartition(' ')[0] or line[:_LABEL]} …"
