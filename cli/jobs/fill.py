"""Lines with gaps on their way through `nlptool fill`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.io.printers import GAPS
from cli.io.streams import TEXT_OF
from nlp.decoding.gaps import find_gaps
from nlp.text.vocabulary import CHARACTERS
from nlp.wording import number_of

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Line, Streams
    from nlp.decoding.gaps import LineFiller, Searched
    from nlp.text.records import Record


@dataclass
class GapAnswers:
    """Fills every gap with its `k` best candidates; counts lines without gaps, gaps without candidates."""

    filler: LineFiller
    k: int
    max_gap: int
    exact: bool
    _lines: int = field(default=0, init=False)  # without a gap
    _first: str = field(default="", init=False)  # where the first of them is
    _unanswered: int = field(default=0, init=False)
    _one_sided: list[Searched] = field(default_factory=list, init=False)  # single tokens, not all weighed

    def write(self, streams: Streams, console: Console) -> None:
        """Answer the input line by line; each answer goes out before the next line is looked at."""
        write = streams.printer(GAPS)
        with streams.open_output() as output:
            for batch in streams.batches(TEXT_OF):
                for line in batch:
                    output.write(write({**line.record, "gaps": self._of(line)}))
                    output.flush()
        self._tell(console)

    def _of(self, line: Line) -> list[Record]:
        text = line.text
        gaps = find_gaps(text, self.filler.vocabulary.level, self.max_gap, exact=self.exact)
        if not gaps:
            if text.strip():
                self._lines += 1
                self._first = self._first or f"{line.path}:{line.number}"
            return []
        answers = self.filler.fill(text, gaps, self.k)
        self._unanswered += answers.count([])
        searched = self.filler.searched
        self._one_sided += [
            one for of_gap in searched for one in of_gap if one.length == 1 and not one.is_all
        ]
        join = self.filler.vocabulary.join
        return [
            {
                "start": gap.start,
                "end": gap.end,
                "candidates": [
                    {"text": join(one.ids), "probability": round(one.probability, 6)} for one in candidates
                ],
                "searched": [
                    {"length": one.length, "weighed": one.weighed, "all": one.is_all} for one in of_gap
                ],
            }
            for gap, candidates, of_gap in zip(gaps, answers, searched, strict=True)
        ]

    def _tell(self, console: Console) -> None:
        """Warn of lines without a gap, and of gaps without a candidate."""
        if self._lines:
            is_loose = self.exact or self.filler.vocabulary.level == CHARACTERS
            mark = ("_" if self.exact else "___") + ("" if is_loose else " between spaces")
            lines = "1 line has" if self._lines == 1 else f"{self._lines:,} lines have"
            remedy = f"write {mark} where something is missing"
            console.warn(f"{lines} no gap, the first is {self._first}; {remedy}")
        if self._one_sided:
            one, gaps = self._one_sided[0], number_of(len(self._one_sided), "gap")
            console.warn(
                f"in {gaps} only the {one.weighed:,} of {one.possible:,} tokens most probable from the left"
                " were weighed by both sides; n-grams and models of rnn-train --bidirectional weigh all"
            )
        if self._unanswered:
            gaps = "1 gap has" if self._unanswered == 1 else f"{self._unanswered:,} gaps have"
            console.warn(f"{gaps} no candidate: the model knows no word that fits")
