"""A search index on disk: documents and postings, of which a search reads only what it needs.

An index has a base and, once documents were added to it, a second part, the names of whose arrays begin with
`added.`; `removed` are the numbers of the documents that are there no longer, those of the second part
counted on from those of the base.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nlp
from nlp.errors import SettingError
from nlp.layers.arrays import Ids
from nlp.search.analysis import Analyzer
from nlp.search.config import IndexConfig
from nlp.search.documents import Document, DocumentStore
from nlp.search.index import Index
from nlp.search.parts import Part, part_arrays
from nlp.search.postings import PostingsBuilder
from nlp.storage.kinds import SEARCH_INDEX
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model

ADDED = "added."
_REMOVED, _STOPWORDS = "removed", "stopwords"

Arrays = dict[str, NDArray[Any]]


class Building:
    """An index in the making, in temporary storage in `directory`. Raises: OSError where that is full."""

    def __init__(self, analyzer: Analyzer, directory: str | os.PathLike[str]) -> None:
        self._store, self._postings = DocumentStore(directory), PostingsBuilder(directory, analyzer)

    def add(self, documents: Sequence[Document]) -> None:
        """Take further documents."""
        self._store.append(documents)
        self._postings.add([document.text for document in documents])

    def __len__(self) -> int:
        return len(self._store)

    def arrays(self, prefix: str = "") -> Arrays:
        """The arrays of a part of an index that holds all documents; nothing can be added after that."""
        return part_arrays(self._store, self._postings.finish(), prefix)


def save_index(
    writer: BinaryWriter,
    config: IndexConfig,
    stopwords: Iterable[str],
    arrays: Arrays,
    sums: Mapping[str, str] | None = None,
    removed: Ids | None = None,
) -> None:
    """Write an index that has these `arrays`; of those that are copied, the `sums` are known already.

    Raises: OSError from the writer
    """
    removed = np.zeros(0, np.int32) if removed is None else removed
    listed = "\n".join(sorted(set(stopwords))).encode("utf-8", "surrogatepass")
    written: Arrays = {_STOPWORDS: np.frombuffer(listed, np.uint8), _REMOVED: removed, **arrays}
    lengths = np.concatenate([arrays[f"{part}lengths"] for part in ("", ADDED) if f"{part}lengths" in arrays])
    lengths[removed] = 0
    about = {
        "nlptool": nlp.__version__,
        "config": asdict(config),
        "documents": len(lengths) - len(removed),
        "tokens": int(lengths.sum(dtype=np.int64)),
    }
    write_model(writer, SEARCH_INDEX, about, written, sums or {})


def index_of(file: ModelFile) -> Index:
    """The index that `save_index` wrote.

    Raises: ModelError if it is damaged, or its parts do not fit together; so does what the index is asked
    """
    config = file.metadata.get("config")
    try:
        settings = IndexConfig(**config) if isinstance(config, dict) else None
        stopwords = file.array(_STOPWORDS).tobytes().decode("utf-8", "surrogatepass").split("\n")
    except (TypeError, ValueError, SettingError) as error:
        raise file.unusable(error) from error
    if settings is None or not isinstance(settings.lower, bool) or not isinstance(settings.drop_marks, bool):
        raise file.unusable("it has no settings")
    has_more = f"{ADDED}lengths" in file.metadata["arrays"]
    parts = [Part(file), *([Part(file, ADDED)] if has_more else [])]
    removed: Ids = file.array(_REMOVED)
    is_listed = (removed.dtype.str, removed.ndim) == ("<i4", 1)
    if not is_listed or (
        len(removed)
        and not (
            int(removed[0]) >= 0
            and int(removed[-1]) < sum(map(len, parts))
            and (removed[1:] > removed[:-1]).all()
        )
    ):
        raise file.unusable("what was removed from it is not in it")
    return Index(settings, list(filter(None, stopwords)), parts, removed)
