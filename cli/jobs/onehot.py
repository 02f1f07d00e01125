"""One-hot rows on their way out: what `nlptool onehot` writes, as text, JSONL or a sparse matrix."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

import numpy as np
from numpy.lib import format as npy

from cli.io.printers import ONE_HOT, SPARSE
from cli.io.streams import TOKENS_OF
from cli.io.writing import open_binary_output
from nlp.layers.embedding import one_hot
from nlp.text.counting import TokenCounter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from cli.io.streams import Streams
    from nlp.text.records import Record
    from nlp.text.vocabulary import Vocabulary

_CELLS = 1 << 20  # cells of one-hot rows in memory at a time
_NOTHING: Record = {}


@dataclass(frozen=True)
class Tokens:
    """Tokens that arrived together, each with the fields of its record that pass through."""

    words: list[str]
    others: list[Record]

    def numbered(self, vocabulary: Vocabulary) -> list[int]:
        """The index of each, -1 where the vocabulary lacks it."""
        return [vocabulary.index.get(word, -1) for word in self.words]


def token_batches(streams: Streams, *, to_keep: bool) -> Iterator[Tokens]:
    """The tokens of the input as they arrive; with `to_keep`, equal ones share one string to save memory."""
    seen: dict[str, str] = {}
    for batch in streams.batches(TOKENS_OF):
        words: list[str] = []
        others: list[Record] = []
        for line in batch:
            tokens = line.tokens
            words += [seen.setdefault(token, token) for token in tokens] if to_keep else tokens
            others += [line.others or _NOTHING] * len(tokens)
        yield Tokens(words, others)


def counted(batches: Iterable[Tokens]) -> Vocabulary:
    """The types of the tokens, numbered as `nlptool vocab` prints them."""
    counter = TokenCounter()
    for batch in batches:
        counter.add(batch.words)
    return counter.vocabulary()


def write_rows(streams: Streams, vocabulary: Vocabulary, batches: Iterable[Tokens], *, sparse: bool) -> int:
    """Write a line a token; return how many were unknown."""
    size, unknown = len(vocabulary), 0
    step = max(1, _CELLS // max(size, 1))
    records = _sparse_records if sparse else _dense_records
    write = streams.printer(SPARSE if sparse else ONE_HOT)
    with streams.open_output() as output:
        for batch in batches:
            ids = batch.numbered(vocabulary)
            unknown += ids.count(-1)
            for start in range(0, len(ids), step):
                part = slice(start, start + step)
                tokens = Tokens(batch.words[part], batch.others[part])
                for record in records(tokens, ids[part], size):
                    output.write(write(record))
            output.flush()
    return unknown


def _sparse_records(tokens: Tokens, ids: list[int], size: int) -> Iterator[Record]:
    for word, others, number in zip(tokens.words, tokens.others, ids, strict=True):
        yield {**others, "token": word, "index": _or_null(number), "size": size}


def _dense_records(tokens: Tokens, ids: list[int], size: int) -> Iterator[Record]:
    """Records whose `vector` is a text of digits with spaces between them, made for all rows at once."""
    cells = np.full((len(ids), max(2 * size - 1, 0)), ord(" "), np.uint8)
    cells[:, ::2] = _rows(ids, size) + ord("0")
    for word, others, number, row in zip(tokens.words, tokens.others, ids, cells, strict=True):
        yield {**others, "token": word, "id": _or_null(number), "vector": row.tobytes().decode("ascii")}


def _rows(ids: list[int], size: int) -> NDArray[np.uint8]:
    """One-hot rows, zero where the id is -1."""
    rows = np.zeros((len(ids), size), np.uint8)
    numbers = np.array(ids, np.int32)
    rows[numbers >= 0] = one_hot(numbers[numbers >= 0], size, np.uint8)
    return rows


def _or_null(number: int) -> int | None:
    return None if number < 0 else number


def write_csr(streams: Streams, vocabulary: Vocabulary, batches: Iterable[Tokens]) -> int:
    """Write the rows in sparse CSR form, as scipy.sparse.save_npz does; return how many are unknown."""
    pieces = [np.array(batch.numbered(vocabulary), np.int32) for batch in batches]
    ids = np.concatenate([np.zeros(0, np.int32), *pieces])
    known = ids >= 0
    arrays = {
        "data": np.ones(int(known.sum()), np.float32),
        "indices": ids[known],
        "indptr": np.concatenate(([0], np.cumsum(known))).astype(np.int64),
        "shape": np.array([len(ids), len(vocabulary)], np.int64),
        "format": np.array(b"csr"),
    }
    with (
        open_binary_output(streams.output) as writer,
        zipfile.ZipFile(cast("IO[bytes]", writer), "w") as archive,  # np.savez needs a readable file
    ):
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, array, allow_pickle=False)
    return int((~known).sum())
