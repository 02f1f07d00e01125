"""The lines of the input with their scores: what `nlptool score` writes."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from cli.io.printers import SCORES, SURPRISALS, of_models
from cli.jobs.language_models import chosen_language_model
from cli.jobs.traces import trace_record
from nlp.analysis.traces import Tracer
from nlp.decoding.mixture import tuned_weights
from nlp.decoding.network_predictor import NetworkPredictor
from nlp.decoding.reading import pieces_of
from nlp.decoding.scoring import LineReader, Score
from nlp.errors import ModelError
from nlp.text.vocabulary import WORDS
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cli.console import Console
    from cli.io.streams import Line, Streams
    from cli.io.writing import Output
    from cli.jobs.mixing import Mixing
    from nlp.decoding.mixture import LogProbabilities
    from nlp.decoding.predictor import Predictor
    from nlp.decoding.scoring import ReadLine
    from nlp.text.records import Record

_FLUSH_SECONDS = 0.1
_DECIMALS = 6
_FEW_UNKNOWN, _MANY_UNKNOWN = 10, 0.2  # tokens; share of a text


class Judge:
    """A language model that reads the lines of a text, with those that are mixed into it.

    Attributes: `name`, of the model as the user calls it; `total`, the score of all lines so far.
    """

    def __init__(
        self, name: str, predictors: Sequence[Predictor], tracer: Tracer | None, *, by_line: bool
    ) -> None:
        self.name, self.total = name, Score()
        self._vocabulary = predictors[0].vocabulary
        self._reader = LineReader(predictors, by_line=by_line)
        self._tracer, self._by_line = tracer, by_line

    @classmethod
    def opened(cls, path: str | None, mixing: Mixing, *, by_line: bool, traced: bool) -> Judge:
        """Load the models; the first one may be `traced`. Raises: UsageError without a path; ModelError."""
        predictor = chosen_language_model(path)
        predictors = [predictor, *mixing.opened(predictor.vocabulary.level)]
        tracer = None
        if traced:
            if not isinstance(predictor, NetworkPredictor):
                raise ModelError(f"{path}: an n-gram model has no layers to trace; name one of rnn-train")
            tracer = Tracer(predictor.network, predictor.vocabulary.line_end)
        return cls(str(path), predictors, tracer, by_line=by_line)

    def read(self, lines: Sequence[Line]) -> Iterable[ReadLine]:
        """What the models find in the lines, one after the other."""
        return self._reader.read([self._tokens(line) for line in lines])

    def source(self, line: Line) -> str | Sequence[str]:
        """The text of a line, or its tokens.

        Words are the `tokens` of a JSONL record, if it has any, else those of the text; characters are those
        of the text or, where there is none, of the joined tokens.
        """
        reads_characters = self._vocabulary.level != WORDS
        if line.plain or "tokens" not in line.record or (reads_characters and "text" in line.record):
            return line.text
        return "".join(line.tokens) if reads_characters else line.tokens

    def record(self, line: Line) -> Record:
        """The record to write; one that came with tokens only gets a `text` made of them."""
        if "text" in line.record:
            return line.record
        between = " " if self._vocabulary.level == WORDS else ""
        return {**line.record, "text": between.join(line.tokens)}

    def surprisals(self, read: ReadLine, log_probabilities: LogProbabilities) -> Record:
        """What is told of each token of a line."""
        unknown = self._vocabulary.unknown
        return {
            "pieces": list(read.pieces),
            "surprisals": [_number(-one) for one in log_probabilities.tolist()],
            "known": [number != unknown for number in self._vocabulary.numbers(read.pieces)],
            **self._trace(read),
        }

    def _trace(self, read: ReadLine) -> Record:
        if self._tracer is None:
            return {}
        if self._by_line:
            self._tracer.restart()
        layers = self._tracer.read(np.array(self._vocabulary.numbers(read.pieces), np.int32))
        return trace_record(layers)

    def _tokens(self, line: Line) -> Sequence[str]:
        """The tokens of a line, at the level of the model."""
        source = self.source(line)
        return pieces_of(self._vocabulary, source) if isinstance(source, str) else source


class ScoredLines:
    """The lines of the input and their scores by each of `judges`, of which only one may be `mixing`."""

    def __init__(self, streams: Streams, console: Console, judges: Sequence[Judge], mixing: Mixing) -> None:
        self._streams, self._console, self._judges, self._mixing = streams, console, judges, mixing

    def write(self, output: Output, *, pieces: bool, summary: bool, known: bool) -> None:
        """Write a record of each judge for each line as it comes or, with `summary`, for all of them.

        With `known`, they have the perplexity of the tokens that are not `<unk>`, too.
        """
        batches: Iterable[Iterable[tuple[Line, Judge, ReadLine]]] = self._batches()
        weights = self._mixing.fixed
        if self._mixing.is_open:
            batches = [list(batch) for batch in batches]
            weights = self._tuned([read for batch in batches for _, _, read in batch])
        form = SURPRISALS if pieces else SCORES
        write = self._streams.printer(of_models(form) if len(self._judges) > 1 else form)
        flushed = time.monotonic()
        for batch in batches:
            for line, judge, read in batch:
                log_probabilities = read.log_probabilities(weights)
                score = read.score(log_probabilities)
                judge.total = judge.total.plus(score)
                if summary:
                    continue
                surprisals = judge.surprisals(read, log_probabilities) if pieces else {}
                record = {
                    **judge.record(line),
                    **self._name(judge),
                    **_fields(score, known=known),
                    **surprisals,
                }
                output.write(write(record))
                if time.monotonic() - flushed > _FLUSH_SECONDS:
                    output.flush()
                    flushed = time.monotonic()
            output.flush()
        for judge in self._judges:
            if summary:
                output.write(write({**self._name(judge), **_fields(judge.total, known=known)}))
            self._note_unknown(judge)

    def _batches(self) -> Iterator[Iterator[tuple[Line, Judge, ReadLine]]]:
        """The lines as they arrive, each with what every judge finds."""
        for batch in self._streams.batches(self._judges[0].source):
            reads = zip(*(judge.read(batch) for judge in self._judges), strict=True)
            yield (
                (line, judge, read)
                for line, by_judge in zip(batch, reads, strict=True)
                for judge, read in zip(self._judges, by_judge, strict=True)
            )

    def _name(self, judge: Judge) -> Record:
        """What tells the records of several models apart."""
        return {"model": judge.name} if len(self._judges) > 1 else {}

    def _note_unknown(self, judge: Judge) -> None:
        total = judge.total
        if total.unknown:
            are = "is" if total.unknown == 1 else "are"
            what = f"{total.unknown:,} of {number_of(total.tokens, 'token')} {are} <unk> to {judge.name}"
            if total.unknown < _FEW_UNKNOWN or total.unknown < _MANY_UNKNOWN * total.tokens:
                self._console.note(what)
            else:
                self._console.warn(
                    f"{what}, so that the perplexity tells little; prepare the text as that of the model was "
                    "(tokenize, --lower)"
                )

    def _tuned(self, reads: Sequence[ReadLine]) -> list[float]:
        """Find the weights under which the text is most probable, and tell the user."""
        if not reads:
            self._console.warn("the text is empty: it tells nothing of the weights of --mix")
            return self._mixing.fixed
        models = len(self._mixing.paths) + 1
        by_model = [np.concatenate([read.by_model[k] for read in reads]) for k in range(models)]
        given = self._mixing.weights
        weights = tuned_weights(by_model, [None, *given])
        for path, weight, before in zip(self._mixing.paths, weights[1:], given, strict=True):
            if before is None:
                self._console.tell(
                    f"--mix {path}:{weight:.4f} is the best weight for this text",
                    {"mix": path, "weight": weight},
                )
        return weights


def _fields(score: Score, *, known: bool) -> Record:
    of_known = {"known_perplexity": _number(score.known_perplexity)} if known else {}
    return {
        "tokens": score.tokens,
        "unknown": score.unknown,
        "logprob": _number(score.logprob),
        "perplexity": _number(score.perplexity),
        **of_known,
    }


def _number(value: float) -> float | None:
    """`value`, rounded for JSON; None if infinite or undefined, which JSON cannot express."""
    return round(value, _DECIMALS) + 0.0 if math.isfinite(value) else None  # + 0.0: 0.0 for -0.0
