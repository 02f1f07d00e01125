"""Text without the characters that nobody sees: they are no words, and no part of one.

Word processors, web pages and phones leave them: byte order marks in the middle of a text, soft hyphens,
marks of direction, zero-width spaces. `the` with one of them inside would be another type than `the`.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import regex

_PARTING: Final = "\u200b\u2800\u3164\uffa0"
"""Zero-width space, and the blanks of braille and Hangul: they part words as a space does."""

_ALWAYS: Final = (
    r"\xad\u034f"  # soft hyphen, grapheme joiner
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # marks of direction
    r"\u2060-\u2064\ufeff\ufff9-\ufffb"  # word joiner, invisible operators, byte order mark, annotations
)
_JOINERS: Final = r"\u200c\u200d"
_SELECTORS: Final = r"\ufe0e\ufe0f"
_TAGS: Final = r"\U000e0001\U000e0020-\U000e007f"

# Where a joiner shows: it changes the shape of letters in these scripts, and words differ by it.
_SHAPED: Final = "".join(
    rf"\p{{Script={name}}}"
    for name in (
        *("Arabic", "Syriac", "Nko", "Mandaic", "Mongolian", "Phags_Pa", "Adlam", "Hanifi_Rohingya"),
        *("Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada"),
        *("Malayalam", "Sinhala", "Tibetan", "Myanmar", "Khmer", "Balinese", "Javanese", "Sundanese"),
    )
)
_EMOJI: Final = r"\p{Extended_Pictographic}"
_BEFORE_EMOJI: Final = rf"[{_EMOJI}\U0001f3fb-\U0001f3ff]"  # with the skin tones


class Visible(NamedTuple):
    """A text without invisible characters, and where each of its characters stood in the `original`.

    Attributes: `places`, the offset in the original of each character and of the end; None where nothing was
    taken out.
    """

    text: str
    places: list[int] | None

    def place(self, offset: int) -> int:
        """The offset in the original of the character at `offset`."""
        return offset if self.places is None else self.places[offset]


def without_invisible(text: str) -> str:
    """Return `text` without the characters that nobody sees; a zero-width space becomes a space.

    Joiners stay where they show, in emoji sequences and in scripts whose letters they shape (Arabic, those of
    India and others), and so do variation selectors and tags of emoji. To apply the function again changes
    nothing more.
    """
    if text.isascii() or not any(character in text for character in _TELLING):
        return text
    return _invisible().sub("", text.translate(_SPACES))


def with_places(text: str) -> Visible:
    """Return `text` as `without_invisible` does, and where its characters stood."""
    seen = without_invisible(text)
    if len(seen) == len(text):
        return Visible(seen, None)
    places: list[int] = []
    end = 0
    for found in _invisible().finditer(text.translate(_SPACES)):
        places += range(end, found.start())
        end = found.end()
    return Visible(seen, [*places, *range(end, len(text) + 1)])


_SPACES: Final = dict.fromkeys(map(ord, _PARTING), " ")
_TELLING: Final = (
    *_PARTING,
    *"\xad\u034f\u061c\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064",
    *map(chr, range(0x2066, 0x2070)),
    *"\ufe0e\ufe0f\ufeff\ufff9\ufffa\ufffb",
    *"\U000e0001\U000e0020\U000e0061\U000e0065\U000e007f",  # tags: the first and last, space, a and e
)
"""One of them is in every text with something to take out. Looking for each is faster than a class.

Tags come as words: of these characters alone, five tell nearly all.
"""


@cache
def _invisible() -> regex.Pattern[str]:
    """Return the pattern of what is taken out."""
    shaped = rf"[[{_SHAPED}]--[{_ALWAYS}{_JOINERS}]]"
    joined = rf"(?<={_BEFORE_EMOJI}\ufe0f?)\u200d(?={_EMOJI})|(?<={shaped})\u200d"
    parted = rf"(?<={shaped})\u200c(?=\u200c*+{shaped})|(?<=\p{{M}})(?<={shaped})\u200c"
    return regex.compile(
        rf"[{_ALWAYS}]++"
        rf"|(?!{joined}|{parted})[{_JOINERS}]"
        rf"|(?<!{_BEFORE_EMOJI}|[0-9#*])[{_SELECTORS}]|(?<=[0-9#*])[{_SELECTORS}](?!\u20e3)"
        rf"|(?<!\U0001f3f4[\U000e0020-\U000e007e]{{0,31}})[{_TAGS}]",
        regex.VERSION1,
    )
