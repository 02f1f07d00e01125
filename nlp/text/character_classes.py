"""The character classes that the patterns of this package share, as text for the inside of `[...]`."""

from __future__ import annotations

from typing import Final

WHITE_SPACE: Final = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""The 29 characters for which `str.isspace` holds and at which `str.split` splits.

Neither `\\s` of `regex` (it lacks U+001C to U+001F) nor Unicode's White_Space is the same set.
"""

ATTACHED: Final = r"\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}"
"""Characters that belong to the one before them: combining marks, variation selectors, skin tones, joiners.

Source: Unicode Standard Annex #29, rule WB4.
"""

HAN: Final = r"\p{Script=Han}"
"""Chinese characters, 々 and 〇 among them; never CJK punctuation."""
