"""`nlptool ngram-train`: text or tokens in, Kneser-Ney n-gram model out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.streams import ARPA, ending_of
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
    from nlp.data.corpus import Corpus
    from nlp.ngrams.model import NgramModel


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
    from cli.io.language_streams import language_blocks
    from cli.io.storage import storage_directory
    from cli.io.writing import check_output, open_binary_output
    from cli.training.job import provenance
    from cli.training.written import tell_written
    from nlp.data.advice import advice_on_text
    from nlp.data.corpus import encode
    from nlp.ngrams.arpa_writer import write_arpa
    from nlp.ngrams.files import save_ngrams
    from nlp.ngrams.memory import room_within
    from nlp.ngrams.model import train_ngrams
    from nlp.storage.columns import IN_MEMORY
    from nlp.wording import number_of

    output = required_output(streams)
    is_arpa = ending_of(output) == ARPA
    if is_arpa and level != WORDS:
        raise click.UsageError(
            f"{output}: ARPA has sentences of words, and no other tokens; give another ending"
        )
    check_output(output)
    storage = storage_directory(output)
    if memory:  # too little for any text is told before one is read
        room_within(memory, 0, storage)
    text = encode(
        language_blocks(streams, level),
        storage,
        level,
        min_count=min_count,
        max_vocab=max_vocab,
        subword_vocab=subword_vocab,
    )
    _refuse_nothing(text, min_count)
    room = room_within(memory, len(text.vocabulary), storage) if memory else IN_MEMORY
    model = train_ngrams(text.ids, text.vocabulary, order, room=room)
    _tell(model, text, console)
    for warning in advice_on_text(text):
        console.warn(warning)
    about = provenance(text, tokens=text.length, unknown=text.unknown)
    with open_binary_output(output) as writer:
        if is_arpa:
            write_arpa(writer, model)
        else:
            save_ngrams(writer, model, about)
    tell_written(console, output, number_of(sum(model.about["ngrams"]), "n-gram"))


def _refuse_nothing(text: Corpus, min_count: int) -> None:
    """Raises: InputError for a text with fewer than two distinct tokens."""
    from nlp.errors import InputError
    from nlp.text.vocabulary import NAMES
    from nlp.wording import number_of

    types = text.types
    if types < 2:
        unit = f"distinct {NAMES[text.vocabulary.level]}"
        remedy = f" over --min-count {min_count}; lower it or" if min_count > 1 else ";"
        remedy += " use more text"
        if text.vocabulary.level == WORDS and (types or text.unknown):
            remedy += "; text without spaces between its words goes through nlptool tokenize first"
        raise InputError(f"only {number_of(types, unit)}{remedy}")


def _tell(model: NgramModel, text: Corpus, console: Console) -> None:
    console.note(
        f"{text.length:,} tokens, of them {text.unknown:,} <unk>; {len(text.vocabulary):,} types with <unk>"
    )
    for k, (ngrams, discounts) in enumerate(
        zip(model.about["ngrams"], model.about["discounts"], strict=True), 1
    ):
        told = " ".join(f"{discount:.4f}" for discount in discounts)
        console.note(f"order {k}: {ngrams:,} n-grams; discounts of counts 1, 2, 3 and more: {told}")
