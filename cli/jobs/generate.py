"""Prompts in, their continuations out: what `nlptool generate` writes, and what it tells on the way."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from cli.io.printers import RECORDS, TEXT
from cli.io.streams import TEXT_OF, Streams
from nlp.decoding.beam import beam_search
from nlp.decoding.copying import CopyGuard
from nlp.decoding.generation import REPETITION, Continuation
from nlp.decoding.novelty import CopiedStretch
from nlp.decoding.reading import pieces_of
from nlp.decoding.sampling import COLDEST, Sampler, drawing
from nlp.decoding.settings import Sampling
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.console import Console
    from cli.io.reading import Input
    from cli.io.writing import Output
    from nlp.decoding.beam import Hypothesis
    from nlp.decoding.generation import Limits
    from nlp.decoding.predictor import Predictor
    from nlp.layers.arrays import Ids
    from nlp.text.records import Record
    from nlp.text.vocabulary import Vocabulary

    Text = Continuation | Hypothesis
    Make = Callable[[Predictor, str, Limits, int, int], Iterator[Text]]

_FLUSH_SECONDS = 0.01
_SHOWN = 5  # unknown tokens that a warning names
_SHOWN_CHARACTERS = 300  # of a copied stretch


class Prompts:
    """The prompt of the command line, else those of stdin, else an empty one."""

    def __init__(self, streams: Streams, prompt: str | None) -> None:
        self._streams, self._prompt = streams, prompt
        try:
            (prompt or "").encode()
        except UnicodeEncodeError as error:
            raise click.UsageError(
                "--prompt is not UTF-8; give it on stdin, with --errors replace"
            ) from error

    def __iter__(self) -> Iterator[Record]:
        """Records whose `text` is a prompt, as they come."""
        if self._prompt is not None:
            yield {"text": self._prompt}
            return
        are_any = False
        if not _is_terminal(0):
            for batch in self._streams.batches(TEXT_OF):
                for line in batch:
                    are_any = True
                    yield {**line.record, "text": line.text}
        if not are_any:
            yield {"text": ""}


def seeded(
    console: Console, excluded: Sequence[int], *, seed: int | None, detokenize: bool, **settings: Any
) -> Make:
    """Make texts by sampling, each with random numbers of its own: none depends on how many there are.

    Without a `seed` a random one is chosen and shown, so that the user can make the same text again.
    """
    sampling = Sampling(**settings)
    chosen = int.from_bytes(os.urandom(4)) if seed is None else seed
    if seed is None and sampling.temperature >= COLDEST:
        console.tell(f"seed {chosen}; --seed {chosen} gives this again", {"seed": chosen})
    else:
        console.note(f"seed {chosen}")

    def make(
        predictor: Predictor, prompt: str, limits: Limits, number: int, count: int
    ) -> Iterator[Continuation]:
        for text in range(count):
            sampler = Sampler(sampling, drawing(chosen, number, text), excluded)
            yield Continuation(predictor, prompt, limits, sampler, detokenize=detokenize)

    return make


def searching(beam: int, excluded: Sequence[int], *, detokenize: bool) -> Make:
    """Make texts by beam search, the best one first."""

    def make(
        predictor: Predictor, prompt: str, limits: Limits, _number: int, count: int
    ) -> Iterator[Hypothesis]:
        found = beam_search(predictor, prompt, limits, beam, excluded, detokenize=detokenize)
        yield from found[:count]

    return make


class TextWriter:
    """Writes texts as they are made."""

    def __init__(
        self, output: Output, format_: str, console: Console, predictor: Predictor, limits: Limits
    ) -> None:
        self._output, self._format, self._console = output, format_, console
        self._predictor, self._limits = predictor, limits

    def write(self, prompts: Prompts, make: Make, count: int, copied: Novelty | None) -> None:
        """Write `count` texts for each prompt."""
        write = self._write_text if self._format == TEXT else self._write_record
        for number, record in enumerate(prompts):
            _warn_of_unknown(self._console, self._predictor.vocabulary, record["text"])
            for text in make(self._predictor, record["text"], self._limits, number, count):
                write(record, text)
                self._output.flush()
                if isinstance(text, Continuation) and text.ended == REPETITION:
                    self._console.warn(
                        f"ended after {len(text.tokens):,} tokens, the last of which repeat {text.cycle}"
                        " over and over; raise --temperature or --repetition-penalty, or give"
                        " --allow-repetition"
                    )
                if copied:
                    copied.add(text.tokens)

    def _write_text(self, record: Record, text: Text) -> None:
        """Write the prompt, the text piece by piece as it is generated, and a line end."""
        output = self._output
        output.write(record["text"])
        output.flush()
        flushed = time.monotonic()
        for part in _parts(text):
            if part:
                output.write(part)
                now = time.monotonic()
                if now - flushed > _FLUSH_SECONDS:
                    output.flush()
                    flushed = now
        output.write("\n")

    def _write_record(self, record: Record, text: Text) -> None:
        generated = "".join(_parts(text))
        found = {"generated": generated, "logprob": round(text.logprob, 6) + 0.0, "ended": text.ended}
        if not isinstance(text, Continuation):
            found["score"] = round(text.score, 6) + 0.0
        self._output.write(RECORDS.printer(self._format)({**record, **found}))


class Novelty:
    """What the generated texts have copied from a training text, read once: at the end, if it may."""

    def __init__(self, path: str, source: Input, vocabulary: Vocabulary, console: Console) -> None:
        """Open the file, in the encoding of the `source` of prompts, to fail now, not after generating.

        Raises: OSError where it cannot be read.
        """
        if not Path(path).is_fifo():  # to open and close a FIFO would end its writer
            with open(path, "rb"):  # noqa: PTH123  the path is the user's string, errors show it
                pass
        self._path, self._vocabulary, self._console = path, vocabulary, console
        self._input = replace(source, paths=(path,), meter=None)
        self._texts: list[tuple[Sequence[int], CopiedStretch]] = []
        self._read: Ids | None = None  # the whole text, where it had to be read first

    def guard(self, length: int) -> CopyGuard:
        """Read the training text; tell from it what would complete a copy of `length` tokens."""
        parts = [np.array(tokens, np.int32) for tokens in self._training_text()]
        self._read = np.concatenate([np.zeros(0, np.int32), *parts])
        return CopyGuard(self._read, length)

    def add(self, tokens: Sequence[int]) -> None:
        """Take one more generated text, to be compared at the end."""
        self._texts.append((tokens, CopiedStretch(tokens)))

    def tell(self) -> None:
        """Read the training text and tell the longest copied stretch of each text."""
        for training in self._training_text():
            for _, stretch in self._texts:
                stretch.read(training)
        for number, (tokens, stretch) in enumerate(self._texts, 1):
            start, end = stretch.longest
            text = self._vocabulary.join(tokens[start:end])
            shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
            of = f"text {number}: " if len(self._texts) > 1 else ""
            length = number_of(len(tokens), "token")
            self._console.tell(
                f"{of}longest stretch copied from {self._path}: {end - start} of {length}"
                f" ({(end - start) / len(tokens):.1%}): {json.dumps(shown, ensure_ascii=False)}",
                {"text": number, "copied": end - start, "tokens": len(tokens), "stretch": text},
            )

    def _training_text(self) -> Iterator[list[int]]:
        if self._read is not None:
            yield self._read.tolist()
            return
        index = self._vocabulary.index
        for text in Streams(self._input).text():
            yield [index.get(piece, -1) for piece in pieces_of(self._vocabulary, text)]


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def _parts(text: Text) -> Iterator[str]:
    if isinstance(text, Continuation):
        yield from text
    else:
        yield text.text


def _warn_of_unknown(console: Console, vocabulary: Vocabulary, prompt: str) -> None:
    unknown = [piece for piece in pieces_of(vocabulary, prompt) if piece not in vocabulary.index]
    if unknown:
        distinct = list(dict.fromkeys(unknown))
        shown = ", ".join(map(repr, distinct[:_SHOWN])) + (", …" if len(distinct) > _SHOWN else "")
        one = len(unknown) == 1
        console.warn(
            f"{len(unknown)} token{'' if one else 's'} of the prompt {'is' if one else 'are'} <unk> to the"
            f" model, not in its vocabulary: {shown}"
        )
