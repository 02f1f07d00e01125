"""`nlptool tokenize`: text in, tokens out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cli.io.printers import TOKENS
from cli.io.streams import TEXT_OF
from cli.options.cluster import by_parts
from cli.options.common import chosen_options, command, model_option, streams
from cli.options.help import INPUT, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.console import Console
    from cli.io.streams import Line, Streams
    from nlp.text.records import Record
    from nlp.text.tokenize import Tokenizer


@command
@streams(TOKENS)
@option(
    "--mode",
    type=click.Choice(["words", "uax29", "chars", "graphemes", "bpe"]),
    default="words",
    help="What a token is: a word (Han by the character), a segment of UAX #29, a code point, a grapheme, or "
    "a piece of a word that --model has learnt.",
)
@option(
    "--tweets", is_flag=True, help="Words mode with hashtags, @handles and emoticons as tokens of their own."
)
@option(
    "--han",
    type=click.Choice(["chars", "words"]),
    default="chars",
    help="In words mode, what a token of Han text is: a character, or a word found by a segmenter.",
)
@model_option(
    "NLPTOOL_SEGMENTER",
    "The segmenter of --han words, made by tag-train --task segment; for --mode bpe a model of --level "
    "subword.",
    "the one that comes with nlptool",
)
@option(
    "--dictionary",
    metavar="FILE",
    group=INPUT,
    help="Words that --han words always finds, one a line; spaces and marks may be in them.",
)
@option("--lower", is_flag=True, help="Lower-case the text first.")
@option(
    "--normalize",
    type=click.Choice(["none", "NFC", "NFKC"]),
    default="none",
    help="Unicode normal form to put the text into first.",
)
@option("--sentences", is_flag=True, help="One record a sentence; JSONL tells its `start` in the original.")
@by_parts()
def tokenize(
    *,
    streams: Streams,
    console: Console,
    mode: str,
    tweets: bool,
    han: str,
    model: str | None,
    dictionary: str | None,
    lower: bool,
    normalize: str,
    sentences: bool,
) -> None:
    """Split text into tokens, separated by one space in text and as `tokens` and `spans` in JSONL.

    In words mode URLs, e-mail addresses, numbers, dates, times, contractions, hyphenated words and emoji
    sequences are one token, each Han character is one, and any other punctuation mark is its own.

    Characters that nobody sees (byte order marks, soft hyphens, marks of direction, joiners where none shows)
    are taken out first, and a zero-width space parts words; in JSONL the record then has the text as it came
    in `original`. The modes uax29 and graphemes leave all characters in place.

    With --han words a segmenter finds the words of Han text. URLs, e-mail addresses, dates and words of
    letters stay what they are; numbers are not cut within, but may be part of a word, as the segmenter has
    learnt it. What stands between two white spaces is segmented by itself.

    In the mode bpe (byte pair encoding) the tokens are the pieces of words of a model that was trained with
    --level subword: ▁ is a space before them, <0xE6> a byte. White space counts, and nothing is left out.

    Entries of a --dictionary win: from the left, the longest. A count may follow, behind a tab or a space; an
    entry of count 0 takes back an earlier one.

    \b
    echo "Don't panic: 3.14 是圆周率" | nlptool tokenize
    echo 我爱自然语言处理 | nlptool tokenize --han words
    nlptool tokenize --sentences --format jsonl book.txt.gz | jq -c .tokens
    """
    from nlp.text.normalize import normalizer
    from nlp.text.tokenize import SEEING_ALL
    from nlp.text.visible import without_invisible

    _refuse_contradictions(mode, han, tweets=tweets)
    console.note(f"tokenizing in {mode} mode")
    clean = normalizer(normalize, lower=lower)
    split = _chosen(mode, han, model, dictionary, clean, tweets=tweets)
    tokenizing = _Tokenizing(clean, split, sees_all=mode == "bpe" or mode in SEEING_ALL)
    see = str if tokenizing.sees_all else without_invisible
    with streams.open_output() as output:
        if streams.is_plain and not sentences:
            begun = ""
            for block in streams.input.blocks(cut_long_lines=True, also_between_han=True):
                text, begun = begun + tokenizing.clean(see(block.text)), ""
                if block.is_cut:
                    text, begun = split.ready(text)
                tokens = split.lines(text)
                output.write(f"{tokens} " if tokens and block.is_cut else tokens)
                output.flush()
            return
        write = streams.printer(TOKENS)
        for batch in streams.batches(TEXT_OF):
            for record in tokenizing.records(batch, sentences=sentences):
                output.write(write(record))
            output.flush()


def _refuse_contradictions(mode: str, han: str, *, tweets: bool) -> None:
    """Raises: UsageError for options of another mode, or a mode without the model that it needs."""
    if tweets and mode != "words":
        raise click.UsageError(f"--tweets is of --mode words, not of --mode {mode}; leave out one of the two")
    if han == "words" and mode != "words":
        raise click.UsageError(
            f"--han words is of --mode words, not of --mode {mode}; leave out one of the two"
        )
    of_pieces = chosen_options("model") if mode == "bpe" else []
    if mode == "bpe" and not of_pieces:
        raise click.UsageError("--mode bpe needs --model FILE, a model of --level subword")
    for flag in chosen_options("model", "dictionary") if han == "chars" else ():
        if flag not in of_pieces:
            raise click.UsageError(f"{flag} is of --han words; add it")


def _chosen(
    mode: str,
    han: str,
    model: str | None,
    dictionary: str | None,
    clean: Callable[[str], str],
    *,
    tweets: bool,
) -> Tokenizer:
    """The tokenizer of these options."""
    from nlp.text.tokenize import tokenizer

    if han == "words":
        from cli.jobs.segmenting import han_words

        return han_words(model, dictionary, clean, tweets=tweets)
    if mode == "bpe":
        from cli.jobs.segmenting import pieces_of_words

        return pieces_of_words(str(model))
    return tokenizer(mode, tweets=tweets)


@dataclass(frozen=True)
class _Tokenizing:
    """How a line becomes a record. `sees_all` is whether invisible characters stay in the text."""

    clean: Callable[[str], str]
    split: Tokenizer
    sees_all: bool

    def records(self, lines: Sequence[Line], *, sentences: bool) -> Iterator[Record]:
        """The records of lines, or of their sentences, with `tokens` and `spans` of the cleaned `text`."""
        pieces = [piece for line in lines for piece in self._pieces(line, sentences=sentences)]
        texts = [self.clean(text) for text, *_ in pieces]
        for text, spans, (_, kept, start) in zip(texts, self.split.all_spans(texts), pieces, strict=True):
            tokens = self.split.written(text, spans)
            yield {**kept, "text": text, "tokens": tokens, "spans": spans, **start}

    def _pieces(self, line: Line, *, sentences: bool) -> Iterator[tuple[str, Record, Record]]:
        """The text of a line, or of each sentence, what its record keeps, and where a sentence starts."""
        from nlp.text.visible import Visible, with_places

        original = line.text
        seen = Visible(original, None) if self.sees_all else with_places(original)
        kept = {**line.record, "original": original} if seen.text != original else line.record
        if not sentences:
            yield seen.text, kept, {}
            return
        from nlp.text.sentences import sentences as sentence_spans

        for start, end in sentence_spans(seen.text) or [(0, 0)]:
            yield seen.text[start:end], kept, {"start": seen.place(start)}
