"""What `nlptool lecture` does: a page of the lecture as records, a step each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.io.labelled_lines import labelled_lines
from nlp.errors import InputError
from nlp.lecture import TOPICS
from nlp.lecture.numbers import values_of
from nlp.text.records import parse_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.io.reading import Input
    from nlp.text.records import Record


def page(name: str, language: str, numbers: Input | None, seed: int | None) -> Iterator[Record]:
    """The steps of the page `name`, computed from the numbers in a file, if any."""
    topic = TOPICS[name]
    given: dict[str, Any] = {}
    if numbers is None:
        values = values_of(topic, given, seed)
    else:
        for path, number, line in labelled_lines(numbers):
            if line.strip():
                given |= parse_record(line, path, number)
        try:
            values = values_of(topic, given, seed)
        except InputError as error:
            raise InputError(error.told, path=numbers.paths[0]) from None
    for number, step in enumerate(topic.page(values), 1):
        yield {
            "topic": name,
            "title": getattr(topic.title, language),
            "about": getattr(topic.about, language),
            "step": number,
            "told": getattr(step.told, language),
            "equation": step.equation,
            "values": {name: value.tolist() for name, value in step.values.items()},
            "shapes": {name: list(value.shape) for name, value in step.values.items()},
            "code": step.place,
        }
