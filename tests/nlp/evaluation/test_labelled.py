from __future__ import annotations

from typing import Any

import pytest

from nlp.data.labelled.reading import read_labelled
from nlp.data.labelled.schemes import SCHEMES
from nlp.errors import InputError
from nlp.evaluation.labelled import Compared, report_on
from tests.nlp.data.labelled.forms import lines_of


def report(gold: str, predicted: str, **options: Any) -> dict[str, Any]:
    texts = (read_labelled(lines_of(text, path)) for text, path in ((gold, "gold"), (predicted, "found")))
    return report_on(Compared.of_two(*texts), **options)


def test_what_is_counted_shows_in_the_tags() -> None:
    tags = report("the\tDT\nking\tNN\n", "the/DT king/VB")
    assert (tags["accuracy"], [label["label"] for label in tags["labels"]]) == (0.5, ["DT", "NN", "VB"])
    entities = report("a\tB-X\nb\tI-X\n\nc\tO\n", "a B-X\nb E-X\n\nc O\n")
    assert (entities["f1"], entities["accuracy"]) == (1, 1)
    assert report("我  爱\n", "我爱\n")["recall_seen"] is None
    assert report("我\tS\n爱\tS\n", "我\tB\n爱\tE\n") == report("我  爱\n", "我爱\n")
    assert report("a\tB-X\nb\tO\n", "ab\tO\n", task="segment", known={"a"})["recall_unseen"] == 0


def test_entities_of_other_tokens_are_compared_by_the_character() -> None:
    gold = '{"text":"IBMs slept","label":[[0,3,"ORG"]]}'
    assert report(gold, '{"text":"IBMs slept","label":[[0,4,"ORG"]]}')["f1"] == 0
    assert report(gold, '{"text":"IBMs slept","label":[[0,3,"ORG"],[5,10,"X"]]}')["f1"] == pytest.approx(
        2 / 3, abs=1e-6
    )


def test_one_text_has_both_tags_in_its_last_columns() -> None:
    found = report_on(Compared.of_one(lines_of("a N B-X B-X\nb N O B-Y\n\nc N B-X B-X\n")))
    assert (found["precision"], found["recall"]) == (pytest.approx(2 / 3, abs=1e-6), 1)
    with pytest.raises(InputError, match=r"a\.txt:1:1: one text needs"):
        Compared.of_one(lines_of('{"text":"a"}'))
    with pytest.raises(InputError, match=r"a\.txt:1:1: a word and one tag; name the text with the predicted"):
        Compared.of_one(lines_of("the\tDT\ncat\tNN\n"))
    named = report_on(Compared.of_one(lines_of("DT\tDT\nNN\tVB\n"), "1:2"))
    assert named["accuracy"] == 0.5


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ("a/X b/Y", "a/X c/Y", "found:1:1: the token 'c' where gold:1 has 'b'; both need the same tokens"),
        ("a\tX\nb\tY\n", "a\tX\nc\tY\n", "found:2:1: the token 'c' where gold:2 has 'b'"),
        ("a\tX\nb\tY\n\nc\tZ\n", "a\tX\n\nb\tY\n", "found:1:1: the sentence ends where gold:2 has 'b'"),
        ("a\tX\n\nb\tY\n", "a\tX\nb\tY\n\nc\tZ\n", "found:2:1: the token 'b' where gold:1 ends the sentence"),
        ("a\tB-X\nb\tO\n", "a\tB-X\nc\tO\n", "found:1:1: 'c' where gold:1 has 'b'; both need the same text"),
        ("a/X b/Y\nc/Z", "a/X b/Y", "gold:2:1: the other text ends before this sentence"),
        ("a/X b/Y", "a/X b/Y\nc/Z", "found:2:1: the other text ends before this sentence"),
        ("ab/X c/Y", "a/X bc/Y", "found:1:1: the token 'a' where gold:1 has 'ab'"),
        ("a/X b/Y", "a b\n", "found:1:1: this sentence has no tags"),
        ("我 爱", "我 爱 你", "found:1:1: '你' where gold:1 has ''"),
        ("\n", "\n", "no token here"),
    ],
)
def test_other_texts_are_refused_with_the_place(gold: str, predicted: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        report(gold, predicted)
    assert message in str(caught.value)


def test_a_scheme_that_is_asked_for_is_checked() -> None:
    text = "a\tI-X\nb\tO\n"
    assert report(text, text, scheme=SCHEMES["IOB1"])["f1"] == 1
    with pytest.raises(InputError, match="gold:1:3: 'I-X', where BIO has 'B-X'"):
        report(text, text, scheme=SCHEMES["BIO"])
