"""`nlptool export`: word vectors and n-gram models for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.io.streams import ARPA, COMPRESSIONS, ending_of
from cli.jobs.vector_queries import chosen_vectors, tell_size
from cli.options.common import (
    chosen_options,
    command,
    limit_option,
    output_option,
    tell_idle,
    vectors_option,
)
from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.console import Console

OF_VECTORS = ("word2vec-text", "word2vec-binary", "npy", "safetensors")
"""Formats of word vectors."""
OF_NGRAMS = "arpa"
_MAPPED = ("npy", "safetensors")
_NOT_VECTORS = (".json", ".jsonl", ".tsv")
_ENDINGS = {".bin": "word2vec-binary", ".npy": "npy", ".safetensors": "safetensors", ARPA: OF_NGRAMS}


@command
@output_option
@limit_option
@option(
    "--to",
    "form",
    type=click.Choice((*OF_VECTORS, OF_NGRAMS)),
    show_default=f"by the ending of -o, {', '.join(_ENDINGS)}; else {OF_VECTORS[0]}",
    help="The format.",
)
@vectors_option
@click.argument("named", required=False, metavar="[MODEL]")
def export(
    *,
    console: Console,
    output: str | None,
    limit: int | None,
    model: str | None,
    named: str | None,
    form: str | None,
) -> None:
    """Write word vectors or n-grams in the format of another tool; gensim and fastText read word2vec's.

    npy is the matrix alone; its words are written beside it, to X.words.txt for -o X.npy. safetensors holds
    the tensor `vectors` and the words in its metadata. MODEL may be in any of these formats itself; without
    it, that of NLPTOOL_MODEL is written, else the English vectors that come with nlptool.

    arpa is for MODEL of ngram-train (--level word): KenLM and SRILM read it, and give each line as a sentence
    the probability that score gives it. Compressed by the ending of -o.

    \b
    nlptool export book.model -o book.vec
    nlptool export -o book.npy book.model
    nlptool export -o book.arpa.gz book.ngrams
    """
    if named and chosen_options("model"):
        raise click.UsageError(f"MODEL and -m name two models, {named} and {model}; name one")
    model = named or model
    from cli.io.writing import check_output, open_binary_output, open_output
    from nlp.vectors import writers

    is_file = check_output(output)
    ending, last = ending_of(output), Path(output or "").suffix.lower()
    if form is None and ending in _NOT_VECTORS:
        remedy = f"name a format with --to, or one of {', '.join(_ENDINGS)}, .vec or .txt after -o"
        raise click.UsageError(f"{output}: vectors are not written as {ending}; {remedy}")
    form = form or _ENDINGS.get(ending, OF_VECTORS[0])
    if last in COMPRESSIONS and form in _MAPPED:
        raise click.UsageError(f"{form} is mapped into memory, so it is not compressed; leave out {last}")
    if form == OF_NGRAMS:
        tell_idle(console, f"with --to {form}", "limit")
        _write_ngrams(model, output)
        return
    words_file = None
    if form == "npy" and output and is_file:
        words_file = writers.words_path(output)
        check_output(words_file)
    vectors = chosen_vectors(model, console, limit)
    words, matrix = vectors.vocabulary.words, vectors.matrix
    tell_size(console, vectors)
    names = writers.names_of_lines(words) if form in _MAPPED else _names(words, console)
    with open_binary_output(output) as writer:
        if form == "word2vec-text":
            writers.write_word2vec_text(writer, names, matrix)
        elif form == "word2vec-binary":
            writers.write_word2vec_binary(writer, names, matrix)
        elif form == "safetensors":
            writers.write_safetensors(writer, names, matrix)
        else:
            writers.write_npy(writer, matrix)
    if words_file:
        with open_output(words_file) as beside:
            beside.write("".join(f"{name}\n" for name in names))


def _write_ngrams(model: str | None, output: str | None) -> None:
    """Write an n-gram model as an ARPA file. Raises: UsageError where none is named."""
    if not model:
        raise click.UsageError(f"--to {OF_NGRAMS} is for n-grams; name a MODEL of ngram-train")
    from cli.io.writing import open_binary_output
    from nlp.decoding.opening import load_ngrams
    from nlp.ngrams.arpa_writer import write_arpa

    ngrams = load_ngrams(model)
    with open_binary_output(output) as writer:
        write_arpa(writer, ngrams)


def _names(words: Sequence[str], console: Console) -> list[str]:
    """What the words are called where none may hold a space; the user is told of those that change."""
    from nlp.vectors.writers import names_without_spaces
    from nlp.wording import number_of

    names = names_without_spaces(words)
    changed = [(word, name) for word, name in zip(words, names, strict=True) if word != name]
    if changed:
        word, name = changed[0]
        told = "written with _ for white space, which ends a word there"
        console.warn(f"{number_of(len(changed), 'word')} {told}: {word!r} as {name!r}")
    return names
