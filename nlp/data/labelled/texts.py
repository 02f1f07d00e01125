"""Texts with labels, a text a line: `__label__x text`, as fastText has it, or `label<TAB>text`."""

from __future__ import annotations

from typing import NamedTuple

PREFIX = "__label__"
NO_LABEL = f"no label; write {PREFIX}x before the text, a label and a tab, or JSONL with label and text"


class LabelledText(NamedTuple):
    """A text and its labels, at least one."""

    labels: tuple[str, ...]
    text: str


def labelled_text(line: str) -> LabelledText | None:
    """The labels and the text of a line, or None where it has no label."""
    labels: list[str] = []
    rest = line.lstrip()
    while rest.startswith(PREFIX):
        word, *others = rest.split(maxsplit=1)
        if len(word) > len(PREFIX):
            labels.append(word[len(PREFIX) :])
        rest = others[0] if others else ""
    if labels:
        return LabelledText(tuple(dict.fromkeys(labels)), rest)
    label, tab, text = line.partition("\t")
    label = label.strip()
    return LabelledText((label,), text) if tab and label else None
