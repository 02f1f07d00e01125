"""What `nlptool ngram-train` does with its options: read a text, count, and write the model."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.io.language_streams import language_blocks
from cli.io.storage import storage_directory
from cli.io.streams import ARPA, ending_of
from cli.io.writing import open_binary_output
from cli.training.job import provenance
from cli.training.written import tell_written
from nlp.data.advice import advice_on_text
from nlp.data.corpus import encode
from nlp.errors import InputError
from nlp.ngrams.arpa_writer import write_arpa
from nlp.ngrams.files import save_ngrams
from nlp.ngrams.memory import room_within
from nlp.ngrams.model import train_ngrams
from nlp.storage.columns import IN_MEMORY
from nlp.text.vocabulary import NAMES, WORDS
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.cluster import Cluster
    from nlp.data.corpus import Corpus
    from nlp.ngrams.model import NgramModel


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes: `settings` of the vocabulary; `memory`, the bytes to stay within, or None; `cluster`, which
    sorts, or None.
    """

    streams: Streams
    console: Console
    output: str
    order: int
    level: str
    settings: Mapping[str, Any]
    memory: int | None
    cluster: Cluster | None


def run(request: Request) -> None:
    """Read, train and save."""
    output, console, memory = request.output, request.console, request.memory
    storage = storage_directory(output)
    if memory:  # too little for any text is told before one is read
        room_within(memory, 0, storage)
    with request.cluster.engine() if request.cluster else nullcontext(None) as engine:
        blocks = language_blocks(request.streams, request.level)
        text = encode(blocks, storage, request.level, **request.settings)
        _refuse_nothing(text, request.settings["min_count"])
        room = room_within(memory, len(text.vocabulary), storage) if memory else IN_MEMORY
        model = train_ngrams(text.ids, text.vocabulary, request.order, room=room, engine=engine)
    _tell(model, text, console)
    for warning in advice_on_text(text):
        console.warn(warning)
    about = provenance(text, tokens=text.length, unknown=text.unknown)
    with open_binary_output(output) as writer:
        if ending_of(output) == ARPA:
            write_arpa(writer, model)
        else:
            save_ngrams(writer, model, about)
    tell_written(console, output, number_of(sum(model.about["ngrams"]), "n-gram"))


def _refuse_nothing(text: Corpus, min_count: int) -> None:
    """Raises: InputError for a text with fewer than two distinct tokens."""
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
