"""Two labelled texts compared: what is right, and what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from typing import Any

from nlp.data.labelled.columns import Columns
from nlp.data.labelled.reading import read_labelled
from nlp.data.labelled.schemes import SCHEMES, Entity, Scheme, entities_of, is_of_entities
from nlp.data.labelled.sentence import Form, Sentence, SourceLine
from nlp.errors import InputError
from nlp.evaluation.entities import EntityScore
from nlp.evaluation.tags import TagScore
from nlp.evaluation.words import WordScore
from nlp.wording import Message

TASKS = TAG, SEGMENT, ENTITIES = ("tag", "segment", "entities")

Labelled = tuple[Form, Iterable[Sentence]]

_LOOKED_AT = 1_000  # sentences, to find out what the tags are


@dataclass(frozen=True)
class Compared:
    """The sentences of two texts side by side, the correct one first, and the forms that they are in."""

    gold: Form
    predicted: Form
    pairs: Iterator[tuple[Sentence, Sentence]]

    @classmethod
    def of_two(cls, gold: Labelled, predicted: Labelled) -> Compared:
        """Two texts with the same sentences. The iterator raises: InputError where one has more."""
        pairs = _paired(filter(_has_tokens, gold[1]), filter(_has_tokens, predicted[1]))
        return cls(gold[0], predicted[0], pairs)

    @classmethod
    def of_one(cls, lines: Iterable[SourceLine], columns: str | None = None) -> Compared:
        """A text with the correct and the predicted tags in its last two columns, as conlleval reads it.

        `columns` names others, the correct ones first.

        Raises: InputError where it is of another form
        """
        lines = iter(lines)
        first = next(lines, None)
        form, sentences = read_labelled(chain(filter(None, [first]), lines), columns=columns or "-2:-1")
        if form.name != Columns.name:
            message = "one text needs the correct and the predicted tag in its last two columns; or name two"
            path, line, _ = first or (None, None, "")
            raise InputError(message, path=path, line=line, column=1)
        if first and not columns and len(first[2].split()) == 2:
            message = "a word and one tag; name the text with the predicted tags too, or both by `columns`"
            raise InputError(Message(message), path=first[0], line=first[1], column=1)
        pairs = ((replace(one, tags=one.tokens), one) for one in sentences if one.tokens)
        return cls(form, form, pairs)


def report_on(
    texts: Compared,
    *,
    task: str | None = None,
    scheme: Scheme | None = None,
    known: Collection[str] | None = None,
) -> dict[str, Any]:
    """How good the predicted labels are.

    `task` is one of `TASKS`; without it, text without tags is segmented, tags such as B-PER are of entities,
    and B, M, E, S alone are of characters in words. With `scheme`, the correct tags have to be of it. `known`
    are the words of the training text, for the recall of those that it has not.

    Raises: InputError where the texts are not the same, with the place in the predicted one
    """
    first = list(islice(texts.pairs, _LOOKED_AT))
    pairs = chain(first, texts.pairs)
    if not first:
        raise InputError("there is no token here: nothing to compare")
    tags = {tag for one, _ in first for tag in one.tags}
    of_words = not tags or tags <= set("BMES")
    task = task or (SEGMENT if of_words else ENTITIES if is_of_entities(tags) else TAG)
    if task == SEGMENT:
        words = WordScore(known)
        for one, other in pairs:
            _check_text(one, other)
            words.add(_words(one, of_words), _words(other, of_words))
        return words.report()
    score = EntityScore() if task == ENTITIES else TagScore()
    for one, other in pairs:
        for sentence, form in ((one, texts.gold), (other, texts.predicted)):
            if not sentence.tags:
                raise form.refuse(sentence, 0, "this sentence has no tags")
        if scheme:
            _check_scheme(one, texts.gold, scheme)
        if task == TAG:
            _check_tokens(one, other, texts)
        score.add(*_on_the_same_tokens(one, other))
    return score.report()


def _has_tokens(sentence: Sentence) -> bool:
    return bool(sentence.tokens)


def _paired(gold: Iterable[Sentence], predicted: Iterable[Sentence]) -> Iterator[tuple[Sentence, Sentence]]:
    for one, other in zip_longest(gold, predicted):
        if one is None or other is None:
            longer = one or other
            message = "the other text ends before this sentence; both need the same ones"
            raise InputError(message, path=longer.path, line=longer.line, column=1)
        yield one, other


def _check_text(one: Sentence, other: Sentence) -> None:
    text, found = "".join(one.tokens), "".join(other.tokens)
    if text != found:
        same = next((n for n, pair in enumerate(zip(text, found, strict=False)) if pair[0] != pair[1]), -1)
        place = same if same >= 0 else min(len(text), len(found))
        message = (
            f"{found[place : place + 10]!r} where {one.path}:{one.line} has {text[place : place + 10]!r}; "
            f"both need the same text"
        )
        raise InputError(message, path=other.path, line=other.line, column=1)


def _words(sentence: Sentence, of_tags: bool) -> Sequence[str]:
    """The words of a sentence: its tokens or, where these have tags of words, what the tags spell."""
    if not (of_tags and sentence.tags):
        return sentence.tokens
    return ["".join(sentence.tokens[start:end]) for start, end, _ in entities_of(sentence.tags)]


def _check_tokens(one: Sentence, other: Sentence, texts: Compared) -> None:
    """See that two sentences are of the same tokens. Raises: InputError at the first that differs."""
    if one.tokens == other.tokens:
        return
    pairs = enumerate(zip_longest(one.tokens, other.tokens))
    token, (there, found) = next((n, pair) for n, pair in pairs if pair[0] != pair[1])
    line, _ = texts.predicted.place(other, min(token, len(other.tokens) - 1))
    gold_line, _ = texts.gold.place(one, min(token, len(one.tokens) - 1))
    here = f"the token {found!r}" if found else "the sentence ends"
    beside = f"has {there!r}" if there else "ends the sentence"
    message = f"{here} where {one.path}:{gold_line} {beside}; both need the same tokens"
    raise InputError(message, path=other.path, line=line, column=1)


def _on_the_same_tokens(one: Sentence, other: Sentence) -> tuple[Sequence[str], Sequence[str]]:
    """The tags of both; those of entities by the character, where the same text has other tokens."""
    if one.tokens == other.tokens:
        return one.tags, other.tags
    _check_text(one, other)
    return _by_character(one), _by_character(other)


def _by_character(sentence: Sentence) -> list[str]:
    starts = [0]
    for token in sentence.tokens:
        starts.append(starts[-1] + len(token))
    found = [Entity(starts[start], starts[end], label) for start, end, label in entities_of(sentence.tags)]
    return SCHEMES["BIO"].tags(found, starts[-1])


def _check_scheme(sentence: Sentence, form: Form, scheme: Scheme) -> None:
    """See that a scheme spells the entities of a sentence so. Raises: InputError."""
    spelt = scheme.tags(entities_of(sentence.tags), len(sentence.tags))
    for token, (tag, right) in enumerate(zip(sentence.tags, spelt, strict=True)):
        if tag != right:
            raise form.refuse(sentence, token, f"{tag!r}, where {scheme.name} has {right!r}")
