"""Writing an n-gram model of words as an ARPA file; `nlp.ngrams.arpa` tells the format."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nlp.errors import ModelError
from nlp.layers.arrays import Ids, Integers
from nlp.ngrams.arpa import DATA, END, SENTENCE_END, SENTENCE_START, UPPER_UNKNOWN
from nlp.ngrams.model import NgramModel
from nlp.storage.model_file import BinaryWriter
from nlp.text.vocabulary import UNKNOWN, WORDS

_AT_ONCE = 1 << 16  # n-grams
_IMPOSSIBLE = "-99"
"""log10 P of `<s>`, which nothing predicts: what SRILM writes for a probability of 0."""


def write_arpa(writer: BinaryWriter, model: NgramModel) -> None:
    """Write a model; nine digits restore every float32 of it.

    Raises: ModelError for a model that ARPA cannot express; OSError from the writer
    """
    names = _names(model)
    counts = [len(level) for level in model.levels]
    counts[0] += 1  # the line end is `<s>` and `</s>`
    told = "".join(f"ngram {order}={count}\n" for order, count in enumerate(counts, 1))
    writer.write(f"{DATA}\n{told}".encode())
    for order in range(1, model.order + 1):
        writer.write(f"\n\\{order}-grams:\n".encode())
        lines = _unigrams(model, names) if order == 1 else _ngrams(model, order, names)
        for block in lines:
            writer.write(block.encode("utf-8", "surrogatepass"))
    writer.write(f"\n{END}\n".encode())


def _names(model: NgramModel) -> list[str]:
    """What the tokens are called inside an n-gram. Raises: ModelError for what has no name in ARPA."""
    vocabulary = model.vocabulary
    if vocabulary.level != WORDS or model.about.get("crosses_lines"):
        raise ModelError(
            "ARPA has sentences of words, and a model of characters reads across lines; train one of words,"
            " on text that has spaces between its characters"
        )
    for word in vocabulary.words[len(vocabulary.special) :]:
        if word in {SENTENCE_START, SENTENCE_END, UPPER_UNKNOWN}:
            raise ModelError(f"the word {word} has a meaning of its own in ARPA; train on text without it")
        if len(word.encode("utf-8", "surrogatepass").split()) != 1:
            raise ModelError(
                f"the word {word!r} holds white space, which ends a word in ARPA; train without it"
            )
    return list(vocabulary.words)


def _unigrams(model: NgramModel, names: list[str]) -> Iterator[str]:
    vocabulary, level = model.vocabulary, model.levels[0]
    log_p = _spelt(level.log_probabilities)
    log_b = _backoffs(model, 1, np.arange(len(vocabulary)))
    line_end, unknown = vocabulary.line_end, vocabulary.unknown
    yield f"{log_p[unknown]}\t{UNKNOWN}{log_b[unknown]}\n"
    yield f"{_IMPOSSIBLE}\t{SENTENCE_START}{log_b[line_end]}\n{log_p[line_end]}\t{SENTENCE_END}\n"
    special = len(vocabulary.special)
    columns = zip(log_p[special:], names[special:], log_b[special:], strict=True)
    yield "".join(f"{probability}\t{name}{backoff}\n" for probability, name, backoff in columns)


def _ngrams(model: NgramModel, order: int, names: list[str]) -> Iterator[str]:
    level, line_end = model.levels[order - 1], model.vocabulary.line_end
    for start in range(0, len(level), _AT_ONCE):
        numbers = np.arange(start, min(start + _AT_ONCE, len(level)))
        words = _words(model, order, numbers)
        columns = [[names[number] for number in column] for column in words.T.tolist()]
        _rename(columns[0], words[:, 0], line_end, SENTENCE_START)
        _rename(columns[-1], words[:, -1], line_end, SENTENCE_END)
        log_p, log_b = _spelt(level.log_probabilities[numbers]), _backoffs(model, order, numbers)
        spelt = map(" ".join, zip(*columns, strict=True))
        rows = zip(log_p, spelt, log_b, strict=True)
        yield "".join(f"{probability}\t{ngram}{backoff}\n" for probability, ngram, backoff in rows)


def _words(model: NgramModel, order: int, numbers: Integers) -> Ids:
    """The words of the n-grams with these numbers: (N,) -> (N, order)."""
    words = np.empty((len(numbers), order), np.int32)
    for k in range(order, 0, -1):
        words[:, k - 1] = model.levels[k - 1].words[numbers]
        if k > 1:
            numbers = np.searchsorted(model.levels[k - 2].first_child, numbers, "right") - 1
    return words


def _rename(names: list[str], numbers: Ids, number: int, name: str) -> None:
    for place in np.flatnonzero(numbers == number).tolist():
        names[place] = name


def _backoffs(model: NgramModel, order: int, numbers: Integers) -> list[str]:
    """The last column of n-grams, with a tab before it, of those that are a context; else nothing."""
    if order == model.order:
        return [""] * len(numbers)
    level = model.levels[order - 1]
    spelt = _spelt(level.log_backoffs[numbers])
    is_context = level.first_child[numbers] < level.first_child[numbers + 1]
    return [f"\t{one}" if keep else "" for one, keep in zip(spelt, is_context.tolist(), strict=True)]


def _spelt(logarithms: object) -> list[str]:
    """Natural logarithms to base 10, in nine digits; `z` keeps zero from becoming -0."""
    return [f"{one:z.9g}" for one in (np.asarray(logarithms, np.float64) / math.log(10)).tolist()]
