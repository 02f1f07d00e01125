"""No time bombs: text made to hurt takes twice the time when it is twice as long."""

from __future__ import annotations

import gc
import math
import time
from typing import TYPE_CHECKING

import pytest

from nlp.text import uax29, words
from nlp.text.normalize import normalizer
from nlp.text.sentences import sentences
from nlp.text.tokenize import tokenizer
from nlp.text.visible import without_invisible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Figure

CHARACTERS = 1 << 10
ATTEMPTS = 100
LIMIT = 2.5  # for each doubling

UNITS = [
    "a", "a.", "a@", "a@b.", "a-", "-", "'", "a'", "http://", "www.", "http://a(",
    "a.com", "a.com.", "a@a.a", "1", "1,",
    "1.", "1:", "12:30", "2024-05-01", "2024-", "1e+", "_", "a_", "(", ")", "()",
    "http://()", "http://[::", ",http://", "[", "...", "?!", ". ",
    "! ) ", "\n", "\n ", "A. ", "…", "。", "。”", "中", "中\u0301", "“", "é", "e\u0301",
    "\u0301", "\u0301\u0323", "a\u200d",
    "\u200d", "👩\u200d", "👍🏽", "\U0001f1e6", "1\ufe0f\u20e3", "#\ufe0f", "א'", 'א"',
    "א\u0301", "ก", "カ", "ーひ", "ﾞ\u0301",
    "\u0f73\u0301", "한", "\u1100", "\u0600", "\u202f", " \u0301", "Σ", "Σ\u0301",
    "क\u094d", "\x1c", "\u200b",
]  # fmt: skip

TARGETS: dict[str, Callable[[str], object]] = {
    "words": lambda text: tokenizer("words").spans(text),
    "words, Unicode": words.unicode_pattern().findall,
    "words, ASCII": words.ascii_pattern().findall,
    "tweets": lambda text: tokenizer("words", tweets=True).spans(text),
    "visible": without_invisible,
    "uax29": lambda text: tokenizer("uax29").spans(text),
    "uax29, Unicode": uax29.unicode_pattern().findall,
    "uax29, ASCII": uax29.ascii_pattern().findall,
    "chars": lambda text: tokenizer("chars").spans(text),
    "graphemes": lambda text: tokenizer("graphemes").spans(text),
    "lines": lambda text: tokenizer("words").lines(text),
    "sentences": sentences,
    "NFC": normalizer("NFC"),
    "NFKC and lower case": normalizer("NFKC", lower=True),
}


def seconds(function: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    function(text)
    return time.process_time() - start


@pytest.fixture
def _no_garbage_collection() -> Iterator[None]:
    """Keep the collector, whose rounds fall where they like, out of the times."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_garbage_collection")
@pytest.mark.parametrize("frame", ["{}", "http://a{}", "{}@"])
@pytest.mark.parametrize("target", TARGETS)
def test_twice_the_text_takes_twice_the_time(target: str, frame: str, figure: Figure) -> None:
    """Least times of n and 4 n characters are compared; a quadratic pattern takes 16 times as long, not 4.

    Of processor time. On a busy machine the long text may be interrupted every time, and find the caches
    cold: pauses, ever longer, earn a turn that is long enough for all of it.
    """
    function = TARGETS[target]
    for unit in UNITS:
        if "ASCII" in target and not unit.isascii():
            continue
        texts = [
            frame.format(unit * (characters // len(unit))) for characters in (CHARACTERS, 4 * CHARACTERS)
        ]
        least = [math.inf, math.inf]
        for attempt in range(ATTEMPTS):
            least = [min(best, seconds(function, text)) for best, text in zip(least, texts, strict=True)]
            if least[1] / least[0] < LIMIT**2:
                break
            time.sleep(min(attempt, 20) / 1000)
        assert least[1] / least[0] < LIMIT**2, f"{target}, {unit!r}: {least} seconds"
    figure(12, f"{len(TARGETS)} patterns on {len(UNITS)} units in 3 frames: below {LIMIT} for each doubling")
