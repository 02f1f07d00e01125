"""`nlptool export`: word vectors for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.jobs.vector_queries import chosen_vectors, tell_size
from cli.options.common import VECTORS_VARIABLE, command, output_option
from cli.options.help import option

if TYPE_CHECKING:
    from cli.console import Console

FORMATS = ("word2vec-text", "word2vec-binary", "npy", "safetensors")
_ENDINGS = {".bin": "word2vec-binary", ".npy": "npy", ".safetensors": "safetensors"}


@command
@output_option
@option(
    "--to",
    "form",
    type=click.Choice(FORMATS),
    show_default=f"by the ending of -o, {', '.join(_ENDINGS)}; else {FORMATS[0]}",
    help="The format.",
)
@click.argument("model", required=False, metavar="[MODEL]", envvar=VECTORS_VARIABLE)
def export(*, console: Console, output: str | None, model: str | None, form: str | None) -> None:
    """Write word vectors in the format of another tool; gensim and fastText read the word2vec ones.

    npy is the matrix alone; its words are written beside it, to X.words.txt for -o X.npy. safetensors holds
    the tensor `vectors` and the words in its metadata. MODEL may be in any of these formats itself; without
    it, that of NLPTOOL_MODEL is written, else the English vectors that come with nlptool.

    \b
    nlptool export book.model -o book.vec
    nlptool export -o book.npy book.model
    """
    from cli.io.writing import check_output, open_binary_output, open_output
    from nlp.vectors import formats

    check_output(output)
    form = form or _ENDINGS.get(Path(output or "").suffix, FORMATS[0])
    words_file = None
    if form == "npy" and output not in {None, "-"} and not output.startswith("/dev/"):
        words_file = formats.words_path(output)
        check_output(words_file)
    vectors = chosen_vectors(model)
    words, matrix = vectors.vocabulary.words, vectors.matrix
    tell_size(console, vectors)
    with open_binary_output(output) as writer:
        if form == "word2vec-text":
            formats.write_word2vec_text(writer, words, matrix)
        elif form == "word2vec-binary":
            formats.write_word2vec_binary(writer, words, matrix)
        elif form == "safetensors":
            formats.write_safetensors(writer, words, matrix)
        else:
            formats.write_npy(writer, matrix)
    if words_file:
        with open_output(words_file) as beside:
            beside.write("".join(f"{word}\n" for word in words))
