"""What `nlptool tag` does with its options: sentences in, as they come; the same with tags out."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import corpora
from cli.io.printers import ENTITIES, JSONL
from cli.io.streams import Skipped
from cli.jobs.traces import trace_record
from nlp.data.labelled.columns import Chosen, Columns
from nlp.data.labelled.reading import sniffed_form
from nlp.data.labelled.records import Records
from nlp.data.labelled.schemes import entities_of
from nlp.data.labelled.spaced import Words
from nlp.errors import InputError
from nlp.storage.kinds import RECURRENT_TAGGER, TAGGER, load
from nlp.tagging.tagger import CHARACTERS
from nlp.text.records import format_record
from nlp.text.suspicion import foreign_words
from nlp.text.tokenize import spans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cli.io.reading import Block
    from cli.io.streams import Streams
    from cli.io.writing import Output
    from nlp.data.labelled.sentence import Form, Sentence, SourceLine
    from nlp.tagging.recurrent.tagger import RecurrentTagger
    from nlp.tagging.tagger import Tagger
    from nlp.text.records import Record

    Trace = Callable[[Sequence[str]], Record]

_FOREIGN = 0.5  # of the words: more than English text ever quotes
_FOR_HAN = "-m zh-entities finds the names in Chinese, which tokenize --han words cuts into words"
_FOR_OTHERS = "learn a tagger of its language with tag-train, and name it by -m"
_AT_ONCE = 2_000  # sentences: so many wait for one another at most


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes: `model`, or None for the bundled one of English parts of speech; `columns`, which hold words
    and tags; whether `entities` are told instead of tags; whether the `confidence` in each is told; whether
    the `trace` of each layer is.
    """

    streams: Streams
    model: str | None
    columns: str | None
    entities: bool
    confidence: bool
    trace: bool


def run(request: Request) -> None:
    """Tag what comes in, and write it as it came."""
    path = corpora.path_or_bundled(request.model or corpora.DEFAULT_TAGGER)
    tagger: Tagger | RecurrentTagger = load(path, TAGGER, RECURRENT_TAGGER)
    if request.entities and tagger.scheme is None:
        raise InputError(f"{path}: it finds no entities; use one of tag-train --task entities")
    if request.confidence and not tagger.tells_confidence:
        told = "it was trained without --valid, so it tells no probabilities"
        raise InputError(f"{path}: {told}; train it with held-out text")
    trace = _tracing(tagger, path) if request.trace else None
    with request.streams.open_output() as output:
        _Tagging(request, tagger, output, trace).run()


def form_of(text: str, input_format: str | None, columns: str | None) -> Form:
    """The form of the input, by its first lines."""
    if input_format == JSONL:
        return Records()
    lines = text.removesuffix("\n").split("\n")
    form = sniffed_form(lines, columns=columns)
    if isinstance(form, Words) and "" in lines and all(len(line.split()) < 2 for line in lines):
        return Columns(Chosen(0, None))  # a token a line, an empty line after each sentence
    return form


def _tracing(tagger: Tagger | RecurrentTagger, path: str) -> Trace:
    """What tells the trace of a sentence. Raises: InputError for a tagger without layers."""
    from nlp.analysis.tagger_traces import tagger_trace
    from nlp.tagging.recurrent.tagger import RecurrentTagger

    if not isinstance(tagger, RecurrentTagger):
        told = "a linear tagger has no layers to trace; name one of tag-train --method rnn or both"
        raise InputError(f"{path}: {told}")
    return lambda tokens: trace_record(tagger_trace(tagger, tokens))


@dataclass
class _Tagging:
    """Sentences that wait until all that has arrived is read; they are then tagged together."""

    request: Request
    tagger: Tagger | RecurrentTagger
    output: Output
    trace: Trace | None
    _waiting: list[Sentence] = field(default_factory=list)
    _form: Form = field(default_factory=Words)
    _told: bool = False

    def run(self) -> None:
        blocks = self.request.streams.input.blocks()
        first = next(blocks, None)
        if first is None:
            return
        streams = self.request.streams
        self._form = form_of(streams.input.beginning(first), streams.input_format, self.request.columns)
        skipped = Skipped()
        try:
            for sentence in self._sentences(self._lines(chain([first], blocks)), skipped):
                self._waiting.append(sentence)
                if len(self._waiting) >= _AT_ONCE:
                    self._write_()
        except InputError:  # what came before is written
            self._write_()
            raise
        self._write_()
        self.request.streams.tell(skipped)

    def _sentences(self, lines: Iterator[SourceLine], skipped: Skipped) -> Iterator[Sentence]:
        """The sentences; a malformed record is left out where the user said so."""
        if not isinstance(self._form, Records) or not self.request.streams.input.replace:
            yield from self._form.sentences(lines)
            return
        for line in lines:
            try:
                yield from self._form.sentences([line])
            except InputError as error:
                skipped.add(error)

    def _lines(self, blocks: Iterator[Block]) -> Iterator[SourceLine]:
        """The lines; before more is read, which may take for ever, all that can be tagged is written."""
        for block in blocks:
            for number, text in enumerate(block.text.removesuffix("\n").split("\n"), block.line):
                yield block.path, number, text
            self._write_()

    def _write_(self) -> None:
        if self._waiting:
            sentences = [self._cut(sentence) for sentence in self._waiting]
            self._waiting = []
            tokens = [sentence.tokens for sentence in sentences]
            self._tell_once(tokens)
            found: list[Iterable[Any]] = [self.tagger.tags(tokens)]
            if self.request.confidence:
                scores = self.tagger.confidences(tokens)
                found.append([[round(score, 6) for score in some] for some in scores])
            write = self._record if self._is_record else self._form.write
            self.output.write("".join(map(write, sentences, *found)))
        self.output.flush()

    def _tell_once(self, sentences: Iterable[list[str]]) -> None:
        """Warn where the first sentences are not English, and nothing but the default tagger is for that."""
        if self._told or self.request.model is not None:
            return
        self._told = True
        share, example, is_han = foreign_words(chain.from_iterable(sentences))
        if share > _FOREIGN:
            told = f"{share:.0%} of the words, such as {example}, are not English, which this tagger is for"
            self.request.streams.console.warn(f"{told}; {_FOR_HAN if is_han else _FOR_OTHERS}")

    @property
    def _is_record(self) -> bool:
        return self.request.entities or self.request.streams.format == JSONL

    def _cut(self, sentence: Sentence) -> Sentence:
        """A sentence as the tagger knows them: of characters, where it has learnt from these."""
        if self.tagger.features != CHARACTERS or not isinstance(self._form, Words):
            return sentence
        tokens = list("".join(sentence.tokens))
        return type(sentence)(tokens, [], sentence.path, sentence.line, sentence.source)

    def _record(self, sentence: Sentence, tags: Sequence[str], scores: Sequence[float] | None = None) -> str:
        """A sentence as a record or, with entities as text, a line for each entity."""
        text, kept = self._text(sentence)
        if text is None:
            return ""
        record: Record = {**kept, "tokens": sentence.tokens, "tags": list(tags)}
        record |= {} if scores is None else {"scores": scores}
        record |= self.trace(sentence.tokens) if self.trace else {}
        if self.request.entities:
            spans = spans_of(text, sentence.tokens)
            record["entities"] = [
                {
                    "start": spans[first][0],
                    "end": spans[last - 1][1],
                    "label": label,
                    "text": text[spans[first][0] : spans[last - 1][1]],
                    **({} if scores is None else {"score": min(scores[first:last])}),
                }
                for first, last, label in entities_of(tags)
            ]
        return (
            self.request.streams.printer(ENTITIES)(record) if self.request.entities else format_record(record)
        )

    def _text(self, sentence: Sentence) -> tuple[str | None, Record]:
        """The text that entities are in, and the fields of the record that a sentence came as."""
        joined = " ".join(sentence.tokens)
        if isinstance(self._form, Records):
            if sentence.source is None:
                return None, {}
            record: Record = sentence.source.record
            text = record.get("text")
            return (text if isinstance(text, str) else joined), record
        if not sentence.tokens and not isinstance(self._form, Words):
            return None, {}
        text = sentence.source if isinstance(self._form, Words) else joined
        return text, {"text": text}
