"""What `nlptool tag-eval` compares a text with: what a model makes of its tokens or characters."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import corpora
from nlp.evaluation.labelled import SEGMENT, Compared
from nlp.storage.kinds import RECURRENT_SEGMENTER, RECURRENT_TAGGER, SEGMENTER, TAGGER, load
from nlp.tagging.recurrent.tagger import RecurrentSegmenter
from nlp.tagging.segmenter import Segmenter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nlp.data.labelled.sentence import Form, Sentence
    from nlp.tagging.recurrent.tagger import RecurrentTagger
    from nlp.tagging.segmenter import WordEnds
    from nlp.tagging.tagger import Tagger

_AT_ONCE = 1_000  # sentences


def compared_with(
    model: str, form: Form, sentences: Iterable[Sentence], task: str | None
) -> tuple[Compared, str | None]:
    """A text beside what a tagger or a segmenter makes of it, and the task, which a segmenter decides.

    Raises: ModelError; OSError
    """
    path = corpora.path_or_bundled(model)
    found = load(path, TAGGER, RECURRENT_TAGGER, SEGMENTER, RECURRENT_SEGMENTER)
    filled = (sentence for sentence in sentences if sentence.tokens)
    if isinstance(found, Segmenter | RecurrentSegmenter):
        return Compared(form, form, _segmented(found, filled)), SEGMENT
    return Compared(form, form, _tagged(found, filled)), task


def _tagged(
    tagger: Tagger | RecurrentTagger, sentences: Iterator[Sentence]
) -> Iterator[tuple[Sentence, Sentence]]:
    while some := list(islice(sentences, _AT_ONCE)):
        tags = tagger.tags([sentence.tokens for sentence in some])
        for sentence, predicted in zip(some, tags, strict=True):
            yield sentence, replace(sentence, tags=predicted)


def _segmented(segmenter: WordEnds, sentences: Iterator[Sentence]) -> Iterator[tuple[Sentence, Sentence]]:
    while some := list(islice(sentences, _AT_ONCE)):
        texts = ["".join(sentence.tokens) for sentence in some]
        ends = iter(segmenter.ends(texts).tolist())
        for sentence, text in zip(some, texts, strict=True):
            yield sentence, replace(sentence, tokens=_words(text, list(islice(ends, len(text)))), tags=[])


def _words(text: str, ends: Sequence[bool]) -> list[str]:
    """The words of a text, of each character of which it is told whether a word ends there."""
    places = [0, *(place for place, is_end in enumerate(ends, 1) if is_end and place < len(text)), len(text)]
    return [text[start:end] for start, end in pairwise(places)]
