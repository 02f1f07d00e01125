"""Finding out which form a labelled text is in, and reading it a sentence at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from nlp.data.labelled.columns import Chosen, Columns, ConllU, is_conllu, sniffed_columns
from nlp.data.labelled.records import Records
from nlp.data.labelled.schemes import (
    OUTSIDE,
    SCHEMES,
    Entity,
    Scheme,
    entities_of,
    is_of_entities,
    starts_entity,
)
from nlp.data.labelled.sentence import Form, Sentence, SourceLine
from nlp.data.labelled.spaced import SlashTags, Words, has_slash_tags
from nlp.errors import InputError
from nlp.wording import Message

_SNIFFED_LINES = 200
_SLIPS = 1e-3  # of the entities: so few that start inside are repaired
_BY_LETTERS = (("M", "BMES"), ("LU", "BILOU"), ("ES", "BIOES"))
_NO_TAGS = Message(
    "these words have no tags; write word/TAG, JSONL with tokens and tags, or a word and its tag a line: "
    "`columns` tells which column is which"
)


def read_labelled(
    lines: Iterable[SourceLine], *, columns: str | None = None
) -> tuple[Form, Iterator[Sentence]]:
    """The form of a text, found by its first lines, and its sentences, read as they are asked for.

    `columns` is WORD:TAG, which columns hold them (see `Chosen.of`); without it that is found out too.

    Raises: SettingError for other `columns`; InputError, from the iterator too, for what is not of the form
    """
    lines = iter(lines)
    first = list(islice(lines, _SNIFFED_LINES))
    form = sniffed_form([text for *_, text in first], columns=columns)
    return form, form.sentences(chain(first, lines))


def sniffed_form(lines: list[str], *, columns: str | None = None) -> Form:
    """The form of a text that begins with these lines. Raises: SettingError for `columns` that are none."""
    chosen = Chosen.of(columns) if columns else None
    if next((line for line in lines if line.strip()), "").lstrip().startswith("{"):
        return Records()
    if is_conllu(lines):
        return ConllU(chosen)
    found = chosen or sniffed_columns(lines)
    if found:
        return Columns(found)
    return SlashTags() if has_slash_tags(lines) else Words()


def form_named(name: str, columns: str | None = None) -> Form:
    """A form by its `name`, as a model remembers it."""
    if name == Columns.name:
        return Columns(Chosen.of(columns or "1:-1"))
    if name == ConllU.name:
        return ConllU(Chosen.of(columns) if columns else None)
    return {form.name: form for form in (Records, SlashTags, Words)}[name]()


def check_tags(form: Form, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Hand on the sentences with tokens, and see that they teach something.

    Raises: InputError where a sentence has no tags, and at the end where there are none or all are the same
    """
    seen: set[str] = set()
    path: str | None = None
    for sentence in sentences:
        path = sentence.path
        if sentence.tokens and not sentence.tags:
            raise form.refuse(sentence, 0, _NO_TAGS)
        if sentence.tokens:
            seen.update(sentence.tags)
            yield sentence
    if not seen:
        raise InputError("there is no token here: nothing to learn from", path=path)
    if len(seen) == 1:
        message = Message(
            "every token has the tag {tag!r}: nothing to learn; `columns` chooses another column",
            tag=min(seen),
        )
        raise InputError(message, path=path)


class SchemeFinder:
    """Finds out the scheme of entities while their sentences pass."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._unknown: InputError | None = None
        self._letters: set[str] = set()
        self._entities = self._starts_inside = self._free_begins = 0
        self._first_inside: InputError | None = None

    def watch(self, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
        """Hand on the sentences."""
        for sentence in sentences:
            if any(tag != OUTSIDE for tag in sentence.tags):
                self._look_at(sentence)
            yield sentence

    def _look_at(self, sentence: Sentence) -> None:
        tags = sentence.tags
        for token, tag in enumerate(() if self._unknown else tags):
            if tag != OUTSIDE and not is_of_entities([tag]):
                message = (
                    f"the tag {tag!r} is of no scheme of entities: {', '.join(SCHEMES)}, such as B-PER, O"
                )
                self._unknown = self._form.refuse(sentence, token, message)
                break
        last = Entity(0, 0, "")
        for entity in entities_of(tags):
            start, _, label = entity
            letter = tags[start][0]
            self._entities += 1
            self._free_begins += letter == "B" and last[1:] != (start, label)
            if not starts_entity(letter):
                self._starts_inside += 1
                before = f"behind {tags[start - 1]!r}" if start else "at the start of a sentence"
                message = f"an entity starts inside: {tags[start]!r} {before}, where others start with B"
                self._first_inside = self._first_inside or self._form.refuse(sentence, start, message)
            last = entity
        self._letters.update(tag[:1] for tag in tags)

    def scheme(self) -> Scheme:
        """The scheme of all that passed.

        Raises: InputError for a tag of no scheme, and where entities start inside, such as I-PER behind O,
        although others start with a B, unless they are as rare as slips: see `advice`
        """
        if self._unknown:
            raise self._unknown
        if self._letters <= set("BIO") and self._starts_inside and not self._free_begins:
            return SCHEMES["IOB1"]
        if self._first_inside and self._starts_inside > _SLIPS * self._entities:
            raise self._first_inside
        return SCHEMES[next((name for letters, name in _BY_LETTERS if self._letters & set(letters)), "BIO")]

    def advice(self) -> Iterator[str]:
        """Yield what to tell of the few entities that start inside, once the scheme is known."""
        if self._first_inside and self.scheme().name != "IOB1":
            yield f"{self._first_inside}; it is taken to start there (of {self._starts_inside:,} like it)"
