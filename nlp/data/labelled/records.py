"""JSONL: tokens with tags, or a text with the spans of its entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nlp.data.labelled.schemes import SCHEMES, Entity, entities_of
from nlp.data.labelled.sentence import Form, Sentence, SourceLine
from nlp.errors import InputError
from nlp.text.records import Record, format_record, parse_record
from nlp.text.tokenize import Tokenizer, tokenizer

_FIELDS = ("entities", "label", "labels", "spans")  # that may hold entities
_KEYS = ("start", "end", "label")

Span = tuple[int, int]


@dataclass(frozen=True)
class _Source:
    """A record, the field that holds its entities, if any, and where its tokens are in its text."""

    record: Record
    field: str | None
    spans: list[Span]


class Records(Form):
    """A record a line, of either shape.

    `tokens` and `tags` are lists of strings, of equal length. Or a `text` has its entities in `entities`,
    `label`, `labels` or `spans`, each `[start, end, label]` or `{"start": …, "end": …, "label": …}`, in code
    points, half open: its tokens are those of tokenize, cut where an entity starts or ends, its tags BIO.
    """

    name = "jsonl"

    def __init__(self) -> None:
        self._tokenizer: Tokenizer | None = None

    def sentences(self, lines: Iterable[SourceLine]) -> Iterator[Sentence]:
        """Read a record a line."""
        for path, number, text in lines:
            if not text.strip():
                yield Sentence([], [], path, number, None)
                continue
            record = parse_record(text, path, number)
            try:
                yield self._sentence(record, path, number)
            except ValueError as error:
                raise InputError(str(error), path=path, line=number, column=1) from None

    def _sentence(self, record: Record, path: str, number: int) -> Sentence:
        """The tokens and tags of a record. Raises: ValueError that tells what is wrong with it."""
        text = record.get("text")
        if "tokens" in record:
            tokens = _strings(record, "tokens")
            tags = _strings(record, "tags") if "tags" in record else []
            if tags and len(tags) != len(tokens):
                raise ValueError(f"{len(tokens):,} `tokens`, but {len(tags):,} `tags`")
            return Sentence(tokens, tags, path, number, _Source(record, None, []))
        if not isinstance(text, str):
            message = "the record has neither `tokens` nor a string in `text`"
            raise ValueError(message)  # noqa: TRY004  it is told with its line
        field = next((name for name in _FIELDS if _holds_entities(record.get(name))), None)
        entities = sorted(_entity(one, text) for one in record[field]) if field else []
        for one, other in pairwise(entities):
            if other.start < one.end:
                raise ValueError(f"two entities overlap, at {other.start} of `text`: a token has one tag")
        self._tokenizer = self._tokenizer or tokenizer("words")
        spans = _cut(self._tokenizer.spans(text), sorted({place for one in entities for place in one[:2]}))
        of_tokens = list(_in_tokens(entities, spans))
        tags = SCHEMES["BIO"].tags(of_tokens, len(spans)) if field else []
        tokens = [text[start:end] for start, end in spans]
        return Sentence(tokens, tags, path, number, _Source(record, field, spans))

    def write(self, sentence: Sentence, tags: Sequence[str], scores: Sequence[float] | None = None) -> str:
        """The record with these tags or, where it has entities, with those that the tags spell.

        There is no place for scores among entities.
        """
        source: _Source | None = sentence.source
        if source is None:
            return "\n"
        if source.field is None:
            tokens = {} if "tokens" in source.record else {"tokens": sentence.tokens}
            told = {} if scores is None else {"scores": list(scores)}
            return format_record({**source.record, **tokens, "tags": list(tags), **told})
        if scores is not None:
            raise self.no_place(sentence)
        shapes = source.record[source.field]
        text = source.record["text"]
        found: list[Any] = []
        for entity in entities_of(tags):
            start, end = source.spans[entity.start][0], source.spans[entity.end - 1][1]
            as_object = dict(zip(_KEYS, (start, end, entity.label), strict=True))
            if any(isinstance(shape, dict) and "text" in shape for shape in shapes):
                as_object["text"] = text[start:end]
            found.append(as_object if shapes and isinstance(shapes[0], dict) else list(as_object.values()))
        return format_record({**source.record, source.field: found})

    def place(self, sentence: Sentence, token: int) -> tuple[int, int]:  # noqa: ARG002  a record is a line
        """The line of the record."""
        return sentence.line, 1


def _strings(record: Record, name: str) -> list[str]:
    values = record[name]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"`{name}` is not a list of strings")
    return values


def _holds_entities(value: Any) -> bool:
    """Whether a field is a list of entities; `spans` of tokens, pairs of numbers, are none."""
    return isinstance(value, list) and not any(isinstance(one, list) and len(one) == 2 for one in value)


def _entity(value: Any, text: str) -> Entity:
    """The entity, in characters of `text`. Raises: ValueError."""
    parts: Any = [value.get(key) for key in _KEYS] if isinstance(value, dict) else value
    kinds = [type(part) for part in parts] if isinstance(parts, list) else []
    if kinds != [int, int, str]:
        raise ValueError(f'{value!r} is no entity; write [start, end, "label"]')
    start, end, label = parts
    if not 0 <= start < end <= len(text):
        raise ValueError(f"an entity from {start} to {end}, but `text` has {len(text):,} characters")
    if not text[start:end].strip():
        raise ValueError(f"the entity from {start} to {end} is nothing but spaces")
    return Entity(start, end, label)


def _cut(spans: Iterable[Span], places: Sequence[int]) -> list[Span]:
    """The spans, those parted that a place is within."""
    found: list[Span] = []
    waiting = list(reversed(places))
    for start, end in spans:
        first = start
        while waiting and waiting[-1] < end:
            if (place := waiting.pop()) > first:
                found.append((first, place))
                first = place
        found.append((first, end))
    return found


def _in_tokens(entities: Iterable[Entity], spans: Sequence[Span]) -> Iterator[Entity]:
    """The entities, counted in tokens."""
    token = 0
    for entity in entities:
        while spans[token][1] <= entity.start:
            token += 1
        start = token
        while token < len(spans) and spans[token][0] < entity.end:
            token += 1
        yield Entity(start, token, entity.label)
