"""N-grams beyond memory: the same bytes, however little of them is in memory at a time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.data.corpus import encode
from nlp.errors import SettingError
from nlp.ngrams.counts import count_ngrams
from nlp.ngrams.files import save_ngrams
from nlp.ngrams.memory import room_within
from nlp.ngrams.model import train_ngrams
from nlp.parallel.engine import ForkedEngine
from nlp.storage.columns import IN_MEMORY, Room
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.layers.arrays import Ids
    from nlp.ngrams.model import NgramModel

ABC = language_vocabulary("word", "abc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("n-grams")


def written(model: NgramModel) -> bytes:
    file = io.BytesIO()
    save_ngrams(file, model)
    return file.getvalue()


@settings(max_examples=80, deadline=None)
@given(
    tokens=st.lists(st.integers(0, 4), max_size=60),
    order=st.integers(1, 5),
    crosses=st.booleans(),
    at_once=st.integers(1, 70),
)
def test_a_model_counted_on_disk_has_the_same_bytes(
    tokens: list[int], order: int, crosses: bool, at_once: int, folder: Path
) -> None:
    text = np.array(tokens, np.int32)
    plain = train_ngrams(text, ABC, order, crosses_lines=crosses)
    stored = train_ngrams(text, ABC, order, crosses_lines=crosses, room=Room(at_once, folder))
    assert written(stored) == written(plain)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("at_once", [1000, 4099, 30_000])
@pytest.mark.parametrize("crosses", [False, True])
def test_larger_texts_of_unlike_parts_have_the_same_bytes(at_once: int, crosses: bool, folder: Path) -> None:
    """A third of the text has words that no other third has, so that its runs lie behind one another."""
    random = np.random.default_rng(4)
    thirds = [random.zipf(1.3, 7000) % 300 + 300 * third for third in range(3)]
    text = np.concatenate(thirds).astype(np.int32)
    text[random.random(len(text)) < 0.1] = 0
    vocabulary = language_vocabulary("word", [f"w{number}" for number in range(898)])
    plain = train_ngrams(text, vocabulary, 4, crosses_lines=crosses)
    stored = train_ngrams(text, vocabulary, 4, crosses_lines=crosses, room=Room(at_once, folder))
    assert written(stored) == written(plain)


@pytest.mark.parametrize("level", ["word", "char", "subword"])
def test_every_level_has_the_same_bytes(level: str, folder: Path) -> None:
    lines = [
        f"the {'king' if n % 3 else 'queen'} rode out {'at dawn ' * (n % 4)}{n % 7}\n" for n in range(90)
    ]
    text = encode(lines, folder, level, subword_vocab=20)
    plain = train_ngrams(text.read(0, text.length), text.vocabulary)
    for at_once in (17, 256, 10_000):
        stored = train_ngrams(text.ids, text.vocabulary, room=Room(at_once, folder))
        assert written(stored) == written(plain)


@pytest.mark.parametrize("crosses", [False, True])
def test_an_engine_that_counts_changes_no_byte(crosses: bool, folder: Path) -> None:
    text = (np.random.default_rng(5).zipf(1.3, 900) % 5).astype(np.int32)
    plain = written(train_ngrams(text, ABC, crosses_lines=crosses))
    for room, workers in ((IN_MEMORY, 1), (IN_MEMORY, 2), (Room(200, folder), 2)):
        engine = ForkedEngine(workers)
        model = train_ngrams(text, ABC, crosses_lines=crosses, chunk=99, room=room, engine=engine)
        assert written(model) == plain


def test_no_more_is_read_at_a_time_than_there_is_room_for(folder: Path) -> None:
    class Watched:
        def __init__(self, numbers: Ids) -> None:
            self.numbers = numbers
            self.most = 0

        def __len__(self) -> int:
            return len(self.numbers)

        def __getitem__(self, part: slice, /) -> Ids:
            found = self.numbers[part]
            self.most = max(self.most, len(found))
            return found

    tokens = Watched(np.arange(100, dtype=np.int32) % 5)
    for room, most in ((Room(7, folder), 7), (IN_MEMORY, 100)):
        tokens.most = 0
        counts = count_ngrams(tokens, 5, 0, 3, crosses_lines=True, room=room)
        assert tokens.most == most
        assert [len(level) for level in counts] == [5, 6, 6]  # the line end before the text, too


def test_the_least_memory_is_told_and_enough(folder: Path) -> None:
    for types in (0, 1000, 3_000_000):
        with pytest.raises(SettingError, match=r"`?memory`? 50M is too little") as caught:
            room_within(50_000_000, types, folder)
        least = int(str(caught.value).rsplit(" ", 1)[1].rstrip("M").replace(",", "")) * 1_000_000
        assert room_within(least, types, folder).at_once > types
        with pytest.raises(SettingError):
            room_within(least - 1_000_000, types, folder)
    assert room_within(10**9, 1000, folder).at_once > 10**7
