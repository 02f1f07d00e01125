r"""ARPA files, the text form of n-gram models that KenLM, SRILM and others read and write: reading them.

    \data\
    ngram 1=4                          how many n-grams there are of each order
    ngram 2=3

    \1-grams:
    -1.2<TAB>the<TAB>-0.3              log10 P, the words, log10 b where the n-gram is a context

    \2-grams:
    -0.4<TAB><s> the

    \end\

A line is a sentence between `<s>` and `</s>`. A language model of nlptool reads one stream instead, in which
a line end, `<eos>`, is both: the end of a line, and what stands before the next one. `<s>` can only be the
first word of an n-gram and `</s>` only the last, so both are `<eos>`, and each line has the probability that
it has as a sentence. What has words before `<s>` or behind `</s>` is in no sentence and is left out.

Sources: "ngram-format", manual of SRILM (Stolcke 2002, "SRILM: an extensible language modeling toolkit");
         Heafield 2011, "KenLM: faster and smaller language model queries"
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from nlp.errors import InputError
from nlp.layers.arrays import Floats, Ids
from nlp.ngrams.arpa_lines import REMEDY, ArpaLines, Logarithms, Rows, shown
from nlp.ngrams.model import NgramModel
from nlp.ngrams.trie import Ngrams, RepeatedError, trie_of
from nlp.storage.foreign_file import ForeignFile, open_foreign
from nlp.text.vocabulary import SPECIAL, UNKNOWN, WORDS, Vocabulary

ENDING = ".arpa"
DATA, END = "\\data\\", "\\end\\"
SENTENCE_START, SENTENCE_END = "<s>", "</s>"
UPPER_UNKNOWN = UNKNOWN.upper()
"""What some tools call it."""
MISSING_UNKNOWN = -100.0
"""log10 P of an unknown word by a file that has no `<unk>`, as KenLM has it."""

_FIRST_BYTES = 1 << 12
_COMPRESSIONS = (".gz", ".bz2", ".xz")
_COUNT = re.compile(rb"ngram\s+([0-9]{1,4})\s*=\s*([0-9]{1,12})")
_LEAST = -1e30  # of a float32 in nats: what is less stands for a probability of 0
_LINE_END, _UNKNOWN = range(2)  # the numbers of the special tokens
_START = -1  # that of `<s>` until it is known where in an n-gram it stands


def is_arpa(path: str) -> bool:
    """Whether a file is called .arpa, compressed or not, or begins as one. A pipe goes by its name alone."""
    file = Path(path)
    *_, before, last = "", "", *(suffix.lower() for suffix in file.suffixes)
    is_called_so = ENDING in (last, before if last in _COMPRESSIONS else "")
    if is_called_so or not file.is_file():
        return is_called_so
    with open_foreign(path, lambda first: len(first) < _FIRST_BYTES) as opened:
        return opened.first.lstrip().startswith(DATA.encode())


def read_arpa(path: str) -> NgramModel:
    """The model of an ARPA file, which may be compressed, and a pipe.

    Raises: InputError, with file and line, for what does not follow the format; OSError if it can't be read
    """
    with _opened(path) as file:
        lines = ArpaLines(path, file.read)
        counts = _counts(lines)
        unigrams = _unigrams(lines, counts[0])
        index = unigrams.index
        sections = [_section(lines, order, count, index) for order, count in enumerate(counts[1:], 2)]
        if lines.next() != END.encode():
            lines.refuse(f"expected {END}")
        about = _about(file, counts)
    try:
        levels = trie_of([unigrams.ngrams, *(section.ngrams for section in sections)])
    except RepeatedError as error:
        line = sections[error.order - 2].line_of(error.place)
        raise InputError(f"this n-gram is there twice; {REMEDY}", path=path, line=line) from error
    return NgramModel(unigrams.vocabulary, levels, about)


def about_arpa(path: str) -> Mapping[str, Any]:
    """What the first lines of an ARPA file tell, and its compression. Raises: as `read_arpa`."""
    with _opened(path) as file:
        return _about(file, _counts(ArpaLines(path, file.read)))


def _opened(path: str) -> AbstractContextManager[ForeignFile]:
    return open_foreign(path, lambda first: not first)


def _about(file: ForeignFile, counts: Sequence[int]) -> dict[str, Any]:
    compression = {"compression": file.compression} if file.compression else {}
    config = {"order": len(counts), "level": WORDS}
    return {"format": "arpa", **compression, "config": config, "ngrams": list(counts)}


def _counts(lines: ArpaLines) -> list[int]:
    """How many n-grams of each order the file promises; the title of the first ones has been read, too."""
    if lines.next() != DATA.encode():
        lines.refuse(f"expected {DATA}, with which an ARPA file begins")
    counts: list[int] = []
    while found := _COUNT.fullmatch(line := lines.next()):
        order, count = map(int, found.groups())
        if order != len(counts) + 1:
            lines.refuse(f"expected the number of {len(counts) + 1}-grams, found that of {order}-grams")
        counts.append(count)
    expected = _title(1) if counts else b"ngram 1=COUNT"
    if line != expected:
        lines.refuse(f"expected {expected.decode()}, found {shown(line)}")
    return counts


def _title(order: int) -> bytes:
    return b"\\%d-grams:" % order


@dataclass(frozen=True)
class _Unigrams:
    """The vocabulary with P and b of its words, and the number of each word as the file spells it."""

    vocabulary: Vocabulary
    ngrams: Ngrams
    index: Mapping[bytes, int]


def _unigrams(lines: ArpaLines, count: int) -> _Unigrams:
    """Read the n-grams of order 1. The line end has P of `</s>` and b of `<s>`. Raises: InputError."""
    title, places = lines.number, dict[bytes, int]()
    parts_p, parts_b = [np.zeros(0)], [np.zeros(0)]
    for rows in lines.rows(1, count):
        for line, word in enumerate(rows.words[0], rows.first_line):
            if places.setdefault(word, line - title - 1) != line - title - 1:
                lines.refuse(f"the word {shown(word)} is there twice", line)
        parts_p.append(rows.log_p)
        parts_b.append(rows.log_b)
    start, end = (places.pop(name.encode(), -1) for name in (SENTENCE_START, SENTENCE_END))
    if min(start, end) < 0:
        lines.refuse(f"{SENTENCE_START} or {SENTENCE_END} is not among the 1-grams", title)
    unknown = places.pop(UNKNOWN.encode(), places.pop(UPPER_UNKNOWN.encode(), -1))
    if unknown < 0:
        unknown = count
        parts_p.append(np.array([MISSING_UNKNOWN]))
        parts_b.append(np.zeros(1))
    spelt = [_decoded(lines, word, title + 1 + place) for word, place in places.items()]
    order = np.array(list(places.values()), np.int64)
    ngrams = Ngrams(
        np.arange(len(spelt) + 2, dtype=np.int32)[:, None],
        _nats(parts_p)[np.concatenate(([end, unknown], order))],
        _nats(parts_b)[np.concatenate(([start, unknown], order))],
    )
    vocabulary = Vocabulary([*SPECIAL[WORDS], *spelt], [0] * len(ngrams.words), WORDS)
    index = {word: number for number, word in enumerate(places, 2)}
    index |= dict.fromkeys((UNKNOWN.encode(), UPPER_UNKNOWN.encode()), _UNKNOWN)
    return _Unigrams(vocabulary, ngrams, {**index, b"<s>": _START, b"</s>": _LINE_END})


def _decoded(lines: ArpaLines, word: bytes, line: int) -> str:
    try:
        spelt = word.decode()
    except UnicodeDecodeError:
        remedy = "convert the file first, such as with iconv -f GB18030 -t UTF-8"
        raise InputError(f"{shown(word)} is not UTF-8; {remedy}", path=lines.path, line=line) from None
    if spelt == SPECIAL[WORDS][_LINE_END]:
        told = f"the word {spelt} is what a line end is called here; rename it in the file"
        raise InputError(told, path=lines.path, line=line)
    return spelt


@dataclass(frozen=True)
class _Section:
    """The n-grams of an order that can stand in a sentence; `kept` are their places in the file."""

    first_line: int
    kept: npt.NDArray[np.intp]
    ngrams: Ngrams

    def line_of(self, place: int) -> int:
        """The line of the n-gram at this place."""
        return self.first_line + int(self.kept[place])


def _section(lines: ArpaLines, order: int, count: int, index: Mapping[bytes, int]) -> _Section:
    """Read the n-grams of an order from 2 on. Raises: InputError."""
    if lines.next() != _title(order):
        lines.refuse(f"expected {_title(order).decode()}")
    title = lines.number
    parts: list[Ids] = [np.zeros((0, order), np.int32)]
    parts_p, parts_b = [np.zeros(0)], [np.zeros(0)]
    for rows in lines.rows(order, count):
        try:
            columns = [np.array([index[word] for word in column], np.int32) for column in rows.words]
        except KeyError:
            _refuse_unlisted(lines, rows, index)
        parts.append(np.column_stack(columns))
        parts_p.append(rows.log_p)
        parts_b.append(rows.log_b)
    words = np.concatenate(parts)
    is_in_sentence = (words[:, 1:] != _START).all(axis=1) & (words[:, :-1] != _LINE_END).all(axis=1)
    kept = np.flatnonzero(is_in_sentence)
    words, weights = words[kept], _nats(parts_b)[kept]
    weights[words[:, -1] == _LINE_END] = 0  # nothing follows it in its sentence
    words[words == _START] = _LINE_END
    return _Section(title + 1, kept, Ngrams(words, _nats(parts_p)[kept], weights))


def _refuse_unlisted(lines: ArpaLines, rows: Rows, index: Mapping[bytes, int]) -> NoReturn:
    """Raises: InputError, for the first word that has no 1-gram."""
    for place, words in enumerate(zip(*rows.words, strict=True)):
        for word in words:
            if word not in index:
                lines.refuse(f"the word {shown(word)} is not among the 1-grams", rows.first_line + place)
    raise AssertionError


def _nats(parts: Sequence[Logarithms]) -> Floats:
    """Logarithms to base 10 as natural ones, the parts one after the other."""
    found: Floats = np.maximum(np.concatenate(parts) * math.log(10), _LEAST).astype(np.float32)
    return found
