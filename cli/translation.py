"""What nlptool says, in the language of the locale: by gettext, from the catalogues in `cli/locale`.

The sources and all logs are English. A message is often made of parts, many of them by `nlp`, which knows of
no language; so it is translated when it is told, by the templates of the catalogue: `{}` stands for any text,
which is translated likewise, and comes where the translation has `{0}`, `{1}` …

`python -m cli.translation` compiles the catalogues, as `make translations` does.
"""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAIN = "nlptool"
CATALOGUES = Path(__file__).with_name("locale")

_SEPARATORS = {": ": ": ", "; ": "；"}
"""What stands behind a place, and before a remedy, and how it is written."""
_MAGIC = 0x950412DE  # of a compiled catalogue in the order of bytes that wrote it


class _Template(NamedTuple):
    pattern: re.Pattern[str]
    translation: str


def choose_language() -> None:
    """Let gettext, and so click, speak the language of the locale, where there is a catalogue of it."""
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)


def is_chinese() -> bool:
    """Whether messages are told in Chinese."""
    found = gettext.find(DOMAIN, str(CATALOGUES))
    return found is not None and Path(found).parts[-3] == "zh"


def translated(text: str) -> str:
    """`text` in the language of the locale, or as it is where the catalogue has no words for it."""
    found = gettext.find(DOMAIN, str(CATALOGUES))
    return text if found is None else _by(Path(found).with_suffix(".po"), text)


def _by(path: Path, text: str) -> str:
    """Translate a text whole, by a template, or by its parts: its place or subject, and its remedy."""
    exact, templates = _catalogue(path)
    if text in exact:
        return exact[text]
    for pattern, translation in templates:
        if match := pattern.fullmatch(text):
            return translation.format(*(_by(path, part) for part in match.groups()))
    for separator, translation in _SEPARATORS.items():
        first, found, rest = text.partition(separator)
        if found:
            return f"{_by(path, first)}{translation}{_by(path, rest)}"
    return text


@cache
def _catalogue(path: Path) -> tuple[Mapping[str, str], list[_Template]]:
    """The translations of whole texts, and the templates, those with the most words of their own first.

    Templates whose parts have names are those of click, which fills them in itself.
    """
    messages = read_catalogue(path.read_text(encoding="utf-8"))
    exact = {text: translation for text, translation in messages.items() if "{" not in text}
    templates = sorted((text for text in messages if "{}" in text), key=len, reverse=True)
    return exact, [_Template(_pattern(text), messages[text]) for text in templates]


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, template.split("{}"))), re.DOTALL)


def read_catalogue(source: str) -> dict[str, str]:
    """Text → translation, of a file in gettext's PO format: entries of msgid and msgstr.

    Raises: ValueError for a line that is neither part of an entry nor a comment
    """
    entries: list[tuple[list[str], list[str]]] = []
    for line in source.splitlines():
        keyword, _, rest = line.partition(" ")
        if keyword == "msgid":
            entries.append(([_string(rest)], []))
        elif keyword == "msgstr":
            entries[-1][1].append(_string(rest))
        elif line.startswith('"'):
            text, translation = entries[-1]
            (translation or text).append(_string(line))
        elif line and not line.startswith("#"):
            raise ValueError(f"no line of a catalogue: {line}")
    messages = {"".join(text): "".join(translation) for text, translation in entries}
    return {text: translation for text, translation in messages.items() if text and translation}


def _string(literal: str) -> str:
    import ast

    return str(ast.literal_eval(literal))


def compiled(messages: Mapping[str, str]) -> bytes:
    """A catalogue in gettext's MO format, in which click looks up its own messages.

    Source: GNU gettext manual, "The format of GNU MO files"
    """
    import struct

    header = {"": "Content-Type: text/plain; charset=UTF-8\n"}
    pairs = [(text.encode(), words.encode()) for text, words in sorted({**header, **messages}.items())]
    start = 28 + 16 * len(pairs)
    tables: list[list[tuple[int, int]]] = [[], []]
    strings = b""
    for number, table in enumerate(tables):
        for pair in pairs:
            table.append((len(pair[number]), start + len(strings)))
            strings += pair[number] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + b"".join(struct.pack("<2I", *place) for table in tables for place in table) + strings


def compile_all() -> None:
    """Write each catalogue's compiled form beside it."""
    for path in CATALOGUES.rglob("*.po"):
        path.with_suffix(".mo").write_bytes(compiled(read_catalogue(path.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    compile_all()
