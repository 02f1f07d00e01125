"""An index that was changed finds what one built anew finds, and compacted it is that one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.errors import InputError
from nlp.search.changes import Changes, compacted
from nlp.search.config import IndexConfig
from nlp.search.documents import Document
from nlp.search.files import index_of, save_index
from nlp.storage.model_file import open_model
from tests.nlp.search.small_indexes import analyzer_of, best, index_of_texts, ranking_of

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.search.index import Index


def changed(path: Path, documents: dict[str, str], gone: list[str]) -> None:
    file = open_model(str(path))
    changes = Changes(file, index_of(file), analyzer_of(), path.parent)
    changes.remove(gone)
    if documents:
        changes.add([Document(*one) for one in documents.items()])
    with path.with_name("new").open("wb") as writer:
        changes.save(writer)
    path.with_name("new").replace(path)


def texts_of(index: Index) -> dict[str, str]:
    return {one.id: one.text for one in map(index.document, index.numbers())}


@pytest.mark.parametrize("seed", range(5))
def test_changes_are_as_one_build(seed: int, tmp_path: Path) -> None:
    draw = np.random.default_rng(seed)

    def text() -> str:
        return " ".join(f"w{number}" for number in draw.integers(12, size=draw.integers(6)))

    wanted = {str(number): text() for number in range(1, 9)}
    path = tmp_path / "index"
    index_of_texts(tmp_path, list(wanted.values()))
    for step in range(6):
        gone = [name for name in wanted if draw.random() < 0.2]
        new = {str(draw.integers(1, 30)): text() for _ in range(step % 3)}
        changed(path, new, gone)
        wanted = {name: told for name, told in wanted.items() if name not in {*gone, *new}} | new
        index = index_of(open_model(str(path)))
        assert texts_of(index) == wanted
        assert len(index) == index.parts[0]._file.metadata["documents"] == len(wanted)
        anew = compacted(index, analyzer_of(), tmp_path)
        (tmp_path / "anew").mkdir(exist_ok=True)
        ids = list(wanted)
        built = index_of_texts(tmp_path / "anew", list(wanted.values()))
        with (tmp_path / "compacted").open("wb") as writer:
            save_index(writer, IndexConfig(), [], anew.arrays())
        compact = index_of(open_model(str(tmp_path / "compacted")))
        assert texts_of(compact) == wanted
        for query in ("w1 w2", "w3 -w4", '"w1 w1"', "+w5 w6"):
            expected = [(ids[hit.number], hit.score) for hit in best(ranking_of(built), query)]
            for one in (index, compact):
                hits = [(one.document(hit.number).id, hit.score) for hit in best(ranking_of(one), query)]
                assert hits == expected


def test_what_is_not_there_cannot_be_removed(tmp_path: Path) -> None:
    index_of_texts(tmp_path)
    with pytest.raises(InputError, match="no document has the id '9'"):
        changed(tmp_path / "index", {}, ["9"])
