"""`nlptool tokenize`: text in, tokens out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.streams import TEXT, Streams
from cli.options.common import command, streams
from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.console import Console
    from cli.io.streams import Line
    from nlp.text.records import Record
    from nlp.text.tokenize import Tokenizer


@command
@streams()
@option(
    "--mode",
    type=click.Choice(["words", "uax29", "chars", "graphemes"]),
    default="words",
    help="What a token is: a word (Han by the character), a segment of UAX #29, a code point or a grapheme.",
)
@option("--lower", is_flag=True, help="Lower-case the text first.")
@option(
    "--normalize",
    type=click.Choice(["none", "NFC", "NFKC"]),
    default="none",
    help="Unicode normal form to put the text into first.",
)
@option("--sentences", is_flag=True, help="One record a sentence; JSONL tells its `start` in the original.")
def tokenize(
    *, streams: Streams, console: Console, mode: str, lower: bool, normalize: str, sentences: bool
) -> None:
    """Split text into tokens, separated by one space in text and as `tokens` and `spans` in JSONL.

    In words mode URLs, e-mail addresses, numbers, dates, times, contractions, hyphenated words and emoji
    sequences are one token, each Han character is one, and any other punctuation mark is its own.

    \b
    echo "Don't panic: 3.14 是圆周率" | nlptool tokenize
    nlptool tokenize --sentences --input-format text --format jsonl book.txt.gz | jq -c .tokens
    """
    from nlp.text.normalize import normalizer
    from nlp.text.tokenize import tokenizer

    console.note(f"tokenizing in {mode} mode")
    clean, split = normalizer(normalize, lower=lower), tokenizer(mode)
    with streams.open_output() as output:
        if streams.reads_text and streams.format == TEXT and not sentences:
            for block in streams.input.blocks(cut_long_lines=True, also_between_han=True):
                tokens = split.lines(clean(block.text))
                output.write(f"{tokens} " if tokens and block.is_cut else tokens)
                output.flush()
            return
        write = _as_text if streams.format == TEXT else _as_jsonl
        for batch in streams.batches():
            for line in batch:
                for record in _records(line, clean, split, sentences=sentences):
                    output.write(write(record))
            output.flush()


def _records(
    line: Line, clean: Callable[[str], str], split: Tokenizer, *, sentences: bool
) -> Iterator[Record]:
    """The record of a line, or those of its sentences, with `text` cleaned and `tokens` and `spans` added."""
    if not sentences:
        yield {**line.record, **_tokenized(clean(line.text), split)}
        return
    from nlp.text.sentences import sentences as sentence_spans

    text = line.text
    for start, end in sentence_spans(text) or [(0, 0)]:
        yield {**line.record, **_tokenized(clean(text[start:end]), split), "start": start}


def _tokenized(text: str, split: Tokenizer) -> Record:
    spans = split.spans(text)
    return {"text": text, "tokens": [text[start:end] for start, end in spans], "spans": spans}


def _as_text(record: Record) -> str:
    return " ".join(record["tokens"]) + "\n"


def _as_jsonl(record: Record) -> str:
    from nlp.text.records import format_record

    return format_record(record)
