"""The grammar of `words` mode: what stays one token; everything else is split into single characters.

The grammar is written once, over two alphabets. The Unicode pattern is the definition. The ASCII pattern is
its fast twin for text that is ASCII only, where the standard `re` takes a quarter of the time; the tests
compare the two.

Every quantifier that can fail is possessive or bounded, so the time is linear in the text whatever the text.
No alternative looks across white space: no token contains any, and a chunk between white space has the same
tokens alone as within its text.

Nothing outside this grammar stays one token, on purpose: it is a rule to remember, not a dictionary. So
abbreviations (`U.S.` is `U . S .`), hashtags and mentions (`# tag`, `@ user`; whole where tweets are asked
for), a leading sign or point (`- 5`, `. 5`) and ranges (`1914 - 1918`) are split.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

import regex

from nlp.text.character_classes import ATTACHED, HAN, WHITE_SPACE


class Alphabet(NamedTuple):
    """What the grammar means by a letter, a digit and so on.

    `letter` and `digit` are patterns of one character, `attached` of the marks that may follow one;
    `apostrophe`, `hyphen`, `decimal` and `colon` are the inside of `[...]`; `emoji` and `unspaced` (scripts
    that put no space between words) are alternatives of the grammar, each ending in `|`, or empty; `tagged`
    is the pattern of one character of a hashtag.
    """

    letter: str
    digit: str
    attached: str
    apostrophe: str
    hyphen: str
    decimal: str
    colon: str
    emoji: str
    unspaced: str
    tagged: str


ASCII: Final = Alphabet(
    letter="[A-Za-z]",
    digit="[0-9]",
    attached="",
    apostrophe="'",
    hyphen=r"\-",
    decimal=".,",
    colon=":",
    emoji="",
    unspaced="",
    tagged="[A-Za-z0-9_]",
)

_MARKS: Final = f"[{ATTACHED}]*+"
_KEYCAP: Final = r"\ufe0f?\u20e3"
_PICTOGRAPH: Final = rf"\p{{Extended_Pictographic}}{_MARKS}"
_HIRAGANA: Final = r"\p{Script=Hiragana}"
_KATAKANA: Final = r"\p{WB=Katakana}"
# Thai, Lao, Khmer, Burmese and their neighbours, where only a dictionary could tell words apart.
_SOUTH_EAST_ASIAN: Final = r"\p{LB=SA}"

UNICODE: Final = Alphabet(
    # Superscripts, subscripts and fractions are part of words (m², H₂O, 1½); circled numbers are not.
    letter=(
        r"[[\p{L}\p{Nl}\xb2\xb3\xb9\xbc-\xbe\u2070-\u2089\u2150-\u215f]"
        rf"--[{HAN}{_HIRAGANA}{_KATAKANA}{_SOUTH_EAST_ASIAN}]]"
    ),
    digit=rf"(?:\p{{Nd}}(?!{_KEYCAP}))",
    attached=_MARKS,
    apostrophe=r"'\u2019\uff07\xb7\u05f3\u05f4",  # ’ ＇, Catalan ·, Hebrew ׳ ״
    hyphen=r"\-\u2010\u2011",
    decimal=r".,\u066b\u066c\uff0e",  # Arabic ٫ ٬, full-width ．
    colon=r":\uff1a",
    emoji=(
        rf"[0-9#*]{_KEYCAP}{_MARKS}|"
        rf"{_PICTOGRAPH}(?:(?<=\u200d){_PICTOGRAPH})*+|"
        rf"\p{{Regional_Indicator}}{_MARKS}\p{{Regional_Indicator}}{_MARKS}|"
    ),
    unspaced=(
        rf"[{HAN}]{_MARKS}|"
        rf"(?:[{_KATAKANA}]++{_MARKS})++|"
        rf"[{_HIRAGANA}][{_HIRAGANA}\u30fc{ATTACHED}]*+|"
        rf"[{_SOUTH_EAST_ASIAN}][{_SOUTH_EAST_ASIAN}{ATTACHED}]*+|"
    ),
    tagged=r"[\p{L}\p{M}\p{Nd}_]",
)


LONE_MARKS: Final = "，、。！？；“”（）《》【】「」『』〈〉…—"
"""Common marks, as the inside of `[...]`, that are tokens by themselves unless a mark is attached."""

LONE_CHARACTERS: Final = HAN + LONE_MARKS
"""Common characters, as the inside of `[...]`, that are tokens by themselves unless a mark is attached."""


def url(alphabet: Alphabet) -> str:
    """Return the pattern of a web address: with a scheme, with `www.`, or a domain of a common top level.

    Closing punctuation stays outside unless more of the address follows it, and so does a comma before the
    next address of a list; brackets belong to the address in pairs. White space, quotes, CJK characters and
    CJK punctuation end it; so does an apostrophe, unless more of the address follows it at once.
    """
    inner = rf"(?:{alphabet.letter}|{alphabet.digit}|[_~/#@$&+=%\-])"
    closing = r"[.,;:!?*]"
    pair = rf"(?:\((?:{inner}|{closing}|')*+\)|\[(?:{inner}|{closing}|')*+\])"
    scheme = r"[A-Za-z][A-Za-z0-9+\-]{1,15}+://"
    body = rf"(?:{inner}|{pair}|(?![,;]{scheme}){closing}++(?={inner}|{pair})|'(?={inner}))"
    ipv6 = r"\[[0-9A-Fa-f:.]{2,45}+\]"
    start = rf"(?:{scheme}(?:{ipv6}|{inner})|[Ww]{{3}}\.{inner})"
    label = r"[A-Za-z0-9][A-Za-z0-9\-]{0,62}+\."
    top_level = r"(?:com|org|net|edu|gov|co|ac|cn)(?:\.[a-z]{2})?+"
    domain = rf"(?:{label}){{1,5}}{top_level}(?!{alphabet.letter}|{alphabet.digit}|\-)"
    return rf"{start}{body}*+|{domain}(?::[0-9]++)?+(?:[/?#]{body}*+)?+"


def email(alphabet: Alphabet) -> str:
    """Return the pattern of an e-mail address, with at most 64 characters before the `@` (RFC 5321)."""
    character = rf"(?:{alphabet.letter}|{alphabet.digit})"
    label = rf"{character}++(?:-++{character}++)*+"
    ahead = rf"(?=[^@{WHITE_SPACE}]{{1,64}}+@)"  # fails at once at nearly every word
    return rf"{ahead}{character}(?:{character}|[_.+%'\-]){{0,63}}+@{label}(?:\.{label})++"


def clock(alphabet: Alphabet) -> str:
    """Return the pattern of an ISO 8601 date, a time of day, or both joined by `T`."""
    digit, colon = alphabet.digit, rf"[{alphabet.colon}]"
    date = rf"{digit}{{4}}-{digit}{{2}}-{digit}{{2}}"
    zone = rf"(?:Z|[+\-]{digit}{{2}}:?{digit}{{2}}|[AaPp][Mm])"
    time = rf"{digit}{{1,2}}{colon}{digit}{{2}}(?:{colon}{digit}{{2}}(?:\.{digit}++)?+)?+{zone}?+"
    end = rf"(?!{alphabet.letter}|{digit}|{colon}{digit})"
    return rf"(?:{date}(?:T{time})?+|{time}){end}"


def word(alphabet: Alphabet) -> str:
    """Return the pattern of a word or number, with its inner apostrophes, hyphens and underscores.

    A hyphen between two digits is a range or a minus and joins nothing: `1914-1918` is three tokens.
    """
    digit, attached = alphabet.digit, alphabet.attached
    number = rf"{digit}++(?:[{alphabet.decimal}]{digit}++)*+(?:[eE][+\-]{digit}++)?+"
    piece = rf"(?:(?:{alphabet.letter}++|{number}){attached})++"
    hyphen = rf"[{alphabet.hyphen}](?:(?<!{digit}[{alphabet.hyphen}])|(?!{digit}))"
    return rf"{piece}(?:(?:[{alphabet.apostrophe}]|{hyphen}|_++){piece})*+"


def hashtag(alphabet: Alphabet) -> str:
    """Return the pattern of a hashtag with a letter in it (`#nlp`, `#话题#`), or of a handle (`@ann`)."""
    inside = alphabet.tagged
    begins = rf"(?<!{inside})"
    tag = rf"{begins}[#\uff03](?=[0-9_]*+(?![0-9_]){inside}){inside}++(?:[#\uff03](?!{inside}))?+"
    handle = (
        rf"{begins}[@\uff20][A-Za-z0-9_]{{1,30}}+(?:@[A-Za-z0-9\-]{{1,63}}+(?:\.[A-Za-z0-9\-]{{1,63}}+)+)?+"
    )
    return rf"{tag}|{handle}"


def emoticon() -> str:
    """Return the pattern of a face made of marks, such as `:-)`, `;P`, `^_^` or `<3`."""
    upright = r"[:;=][\-o*'^]?[()\[\]DdPp/\\|}{@>oO0*$3]++"
    with_letters = r"(?:[xX]D++|8-[)D(])"
    flat = r"(?:\^_*\^|-_+-|[oO]_+[oO]|[Tt]_+[Tt]|>_+<|\\o/)"
    return rf"(?<![A-Za-z0-9])(?:{upright}|{with_letters}|{flat})(?![A-Za-z0-9])|</?3(?![0-9])|[:;=]-?[()]++"


def grammar(alphabet: Alphabet, *, tweets: bool = False) -> str:
    """Return the pattern that matches one token of `words` mode at a time; first alternative wins.

    With `tweets`, hashtags, handles and emoticons are tokens.
    """
    before = rf"{url(alphabet)}|{email(alphabet)}|{hashtag(alphabet)}|{clock(alphabet)}|{emoticon()}|"
    return (before if tweets else "") + (
        rf"{alphabet.emoji}{alphabet.unspaced}{url(alphabet)}|{email(alphabet)}|{clock(alphabet)}|"
        rf"{word(alphabet)}|[^{WHITE_SPACE}]{alphabet.attached}"
    )


@cache
def unicode_pattern() -> regex.Pattern[str]:
    """Return the compiled definition of `words` mode, right for any text."""
    return regex.compile(grammar(UNICODE), regex.VERSION1)


@cache
def ascii_pattern() -> re.Pattern[str]:
    """Return the fast twin of `unicode_pattern`, right for text that is ASCII."""
    return re.compile(grammar(ASCII))


@cache
def unicode_tweet_pattern() -> regex.Pattern[str]:
    """Return the definition with hashtags, handles and emoticons, right for any text."""
    return regex.compile(grammar(UNICODE, tweets=True), regex.VERSION1)


@cache
def ascii_tweet_pattern() -> re.Pattern[str]:
    """Return the fast twin of `unicode_tweet_pattern`, right for text that is ASCII."""
    return re.compile(grammar(ASCII, tweets=True))
