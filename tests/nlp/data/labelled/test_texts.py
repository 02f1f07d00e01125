from __future__ import annotations

import pytest

from nlp.data.labelled.texts import labelled_text


@pytest.mark.parametrize(
    ("line", "labels", "text"),
    [
        ("__label__a the text", ("a",), "the text"),
        ("  __label__a __label__b-c __label__a\tx  y", ("a", "b-c"), "x  y"),
        ("__label__a", ("a",), ""),
        ("good\ta film\twith a tab", ("good",), "a film\twith a tab"),
        (" 好 \t片", ("好",), "片"),
        ("__label__a b\tc", ("a",), "b\tc"),
    ],
)
def test_labels_come_first(line: str, labels: tuple[str, ...], text: str) -> None:
    assert labelled_text(line) == (labels, text)


@pytest.mark.parametrize("line", ["", "no label", "__label__ text", "\ttext", "text __label__a"])
def test_a_line_may_have_no_label(line: str) -> None:
    assert labelled_text(line) is None
