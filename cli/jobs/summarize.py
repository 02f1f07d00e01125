"""The most central sentences of texts: what `nlptool summarize` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.io.printers import SUMMARY
from cli.io.streams import TEXT_OF
from cli.io.units import texts
from cli.jobs.segmenting import han_words
from cli.jobs.vector_queries import chosen_vectors, tell_size
from nlp.documents.sentence_graph import ByVectors, ByWords
from nlp.documents.summary import summary
from nlp.documents.words import is_telling, words_of_texts
from nlp.text.tokenize import tokenizer
from nlp.vectors.line_vectors import LineVectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.console import Console
    from cli.io.streams import Streams
    from nlp.documents.sentence_graph import SentenceGraph
    from nlp.documents.summary import Central, Tie

_DECIMALS = 6


@dataclass(frozen=True)
class Choice:
    """Which sentences are chosen: by what makes them alike, by how much the first of them count; how many."""

    tie: Tie
    lead: float
    most: int
    ratio: float | None

    def of(self, text: str) -> list[Central]:
        """The chosen sentences of a text."""
        return summary(text, self.tie, self._wanted, self.lead)

    def _wanted(self, there: int) -> int:
        return self.most if self.ratio is None else max(1, round(self.ratio * there))


def run(streams: Streams, unit: str, choice: Choice) -> None:
    """Write the chosen sentences of each text."""
    write = streams.printer(SUMMARY)
    with streams.open_output() as output:
        for batch in texts(streams, unit, TEXT_OF):
            for line in batch:
                found = [
                    {**one._asdict(), "score": round(one.score, _DECIMALS)} for one in choice.of(line.text)
                ]
                output.write(write({**line.record, "summary": found}))
            output.flush()


def tie_by_words() -> Tie:
    """Sentences are alike in their words, by the segmenter that comes with nlptool in Chinese."""
    split = han_words(None, None, str, tweets=False)

    def tie(sentences: Sequence[str]) -> SentenceGraph:
        return ByWords([list(filter(is_telling, words)) for words in words_of_texts(sentences, split)])

    return tie


def tie_by_vectors(console: Console, model: str | None) -> Tie:
    """Sentences are alike in the vectors of their words. Raises: ModelError; OSError."""
    vectors = chosen_vectors(model, console, None)
    tell_size(console, vectors)
    line_vectors, split = LineVectors(vectors), tokenizer("words")

    def tie(sentences: Sequence[str]) -> SentenceGraph:
        return ByVectors(words_of_texts(sentences, split), line_vectors)

    return tie
