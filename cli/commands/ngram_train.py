"""`nlptool ngram-train`: text or tokens in, Kneser-Ney n-gram model out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.streams import ARPA, ending_of
from cli.options.cluster import cluster_options
from cli.options.common import command, streams
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.sizes import Size
from cli.options.training import required_output
from nlp.data.vocabulary_settings import VocabularySettings
from nlp.ngrams.config import NgramConfig
from nlp.settings import DATA
from nlp.text.vocabulary import WORDS

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.cluster import Cluster


@command
@streams(None, plans=False)
@settings_options(NgramConfig, VocabularySettings)
@option(
    "--memory",
    type=Size(),
    metavar="SIZE",
    group=DATA,
    help="Stay within so much memory, 2G say, and count on disk, beside the output; the model is the same.",
)
@cluster_options
def ngram_train(
    *,
    streams: Streams,
    console: Console,
    order: int,
    level: str,
    min_count: int,
    max_vocab: int | None,
    subword_vocab: int,
    memory: int | None,
    cluster: Cluster | None,
) -> None:
    """Train an n-gram language model from tokens separated by spaces, characters or pieces of words.

    The model is interpolated modified Kneser-Ney. Training only counts, so it takes seconds and gives the
    same model each time. A line end is a token. Words are predicted from their own line alone,
    characters and pieces of words across line ends too. -v tells the n-grams and discounts of each order.

    A model of words whose name ends in .arpa (.arpa.gz, .bz2, .xz) is written as text, as KenLM and SRILM
    read it; there a line is a sentence from <s> to </s>.

    \b
    nlptool tokenize --lower book.txt | nlptool ngram-train -o book.ngrams
    nlptool ngram-train --order 3 -o book.arpa.gz book.tokens
    nlptool ngram-train --level char --order 7 -o letters.ngrams book.txt
    nlptool ngram-train --memory 2G -o all.ngrams library/*.tokens
    """
    from cli.io.writing import check_output

    output = required_output(streams)
    if ending_of(output) == ARPA and level != WORDS:
        raise click.UsageError(
            f"{output}: ARPA has sentences of words, and no other tokens; give another ending"
        )
    check_output(output)
    from cli.jobs.ngram_train import Request, run

    settings = {"min_count": min_count, "max_vocab": max_vocab, "subword_vocab": subword_vocab}
    run(Request(streams, console, output, order, level, settings, memory, cluster))
