"""A small model of words and their vectors, for the commands that read one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.text.vocabulary import Vocabulary
from nlp.vectors.files import save_vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def write_words(path: Path, words: Mapping[str, Sequence[float]], **metadata: Any) -> str:
    """Save `words`, the most frequent first; return the path as a user would write it."""
    counts = list(range(len(words), 0, -1))
    with path.open("wb") as file:
        vectors = np.array(list(words.values()), np.float32)
        save_vectors(file, Vocabulary(list(words), counts), vectors, metadata=metadata)
    return str(path)
