from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.data.batches import StreamBatches
from nlp.data.corpus import Corpus, encode
from nlp.storage.temporary import UnnamedFile
from tests.nlp.text.vocabularies import language_vocabulary

TMP = "/tmp"  # noqa: S108 - the storage has no name there
VOCABULARY = language_vocabulary("word", "a")


def numbered(length: int) -> Corpus:
    """A text in which token n is n + 10."""
    storage = UnnamedFile(TMP)
    storage.append(np.arange(10, 10 + length, dtype=np.int32).tobytes())
    return Corpus(VOCABULARY, np.zeros(len(VOCABULARY), np.int64), length, "", storage)


def columns_of(batches: StreamBatches) -> list[list[tuple[int, int]]]:
    """(read, to be predicted) of each column, where the mask counts it, column after column."""
    columns: list[list[tuple[int, int]]] = [[] for _ in range(batches.columns)]
    for batch in batches.read():
        assert batch.ids.shape == batch.targets.shape == batch.mask.shape
        assert batch.ids.shape[1] == batches.columns
        assert 0 < batch.ids.shape[0] <= batches.bptt
        assert (batch.mask[:-1] == 1).all()
        for column, found in enumerate(columns):
            part = zip(*(values[:, column].tolist() for values in vars(batch).values()), strict=True)
            found += [(read, target) for read, target, counts in part if counts]
    return columns


@given(st.data())
def test_every_token_is_a_target_once_behind_the_one_before_it(data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 200))
    columns, bptt = data.draw(st.integers(1, min(length, 20))), data.draw(st.integers(1, 30))
    batches = StreamBatches(numbered(length), columns, bptt)
    found = columns_of(batches)
    line_end = VOCABULARY.line_end
    pairs = [pair for column in found for pair in column]
    assert pairs == list(zip([line_end, *range(10, 9 + length)], range(10, 10 + length), strict=True))
    assert max(map(len, found)) - min(map(len, found)) <= 1
    counts = [int(batch.mask.sum()) for batch in batches.read()]
    assert len(counts) == batches.windows
    assert [batches.tokens_before(window) for window in range(batches.windows)] == [
        sum(counts[:window]) for window in range(batches.windows)
    ]


def test_a_window_follows_the_one_before_in_every_column() -> None:
    batches = StreamBatches(numbered(23), 2, 4)
    assert batches.windows == 3
    assert batches.batch(1).ids.tolist() == [[13, 24], [14, 25], [15, 26], [16, 27]]
    assert batches.batch(1).targets[:, 1].tolist() == [25, 26, 27, 28]
    assert batches.batch(2).mask.tolist() == [[1, 1], [1, 1], [1, 1], [0, 1]]


def test_a_real_text_is_read_from_its_file() -> None:
    text = encode(["to be\nor not\n"], TMP, "char")
    batch = StreamBatches(text, 1, 99).batch(0)
    assert text.vocabulary.join(batch.targets[:, 0].tolist()) == "to be\nor not\n"
    assert text.vocabulary.join(batch.ids[:, 0].tolist()) == "\nto be\nor not"


@pytest.mark.parametrize(("length", "columns"), [(3, 4), (0, 1), (3, 0)])
def test_more_columns_than_tokens_are_refused(length: int, columns: int) -> None:
    with pytest.raises(ValueError, match="columns"):
        StreamBatches(numbered(length), columns, 5)


@pytest.mark.parametrize("skip", [0, 1, 40, 199, 200])
def test_batches_are_the_same_from_wherever_they_are_read(skip: int) -> None:
    """Several windows are read at once: a text of 200 windows of 4096 tokens takes some reads."""
    batches = StreamBatches(numbered(199 * 4096 + 77), 32, 128)
    rest = list(batches.read(skip))
    assert len(rest) == batches.windows - skip
    for window, batch in enumerate(rest[:40:13], start=skip):
        alone = batches.batch(skip + 13 * (window - skip))
        assert all((a == b).all() for a, b in zip(vars(batch).values(), vars(alone).values(), strict=True))
