from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.data.labelled.columns import Chosen
from nlp.data.labelled.reading import SchemeFinder, check_tags, form_named, read_labelled, sniffed_form
from nlp.errors import InputError, SettingError
from tests.nlp.data.labelled.forms import (
    ALL,
    BMES,
    CONLL,
    CONLLU,
    NUMBERED,
    OBJECTS,
    SIGHAN,
    SLASHES,
    SPANS,
    TAGGED_RECORDS,
    lines_of,
    pairs,
    read,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.data.labelled.sentence import SourceLine


def test_columns_have_the_tag_last_and_an_empty_line_after_each_sentence() -> None:
    assert pairs(CONLL) == [
        [("-DOCSTART-", "O")],
        [("EU", "B-ORG"), ("rejects", "O"), ("the", "O")],
        [("Peter", "B-PER"), ("Blackburn", "I-PER")],
    ]
    assert pairs(CONLL, "1:2")[1] == [("EU", "NNP"), ("rejects", "VBZ"), ("the", "DT")]
    assert pairs(CONLL, "1:-2") == pairs(CONLL, "1:2")


def test_a_column_that_counts_words_is_none_of_them_and_dashes_are_no_tags() -> None:
    assert pairs(NUMBERED) == [[("同樣", "O"), (",", "O")], [("台 北", "B-LOC")]]


def test_an_ideographic_space_may_be_a_token_of_columns() -> None:
    assert pairs(BMES)[0][-1] == ("\u3000", "O")


def test_ranges_and_empty_nodes_of_conllu_are_no_tokens() -> None:
    assert pairs(CONLLU) == [[("I", "PRON"), ("did", "AUX"), ("n't", "PART"), ("go", "VERB")]]
    assert pairs(CONLLU, "form:xpos")[0][0] == ("I", "PRP")


def test_words_are_apart_by_one_space_or_two_or_an_ideographic_one() -> None:
    form, sentences = read(SIGHAN)
    assert form.name == "words"
    assert [one.tokens for one in sentences] == [["我", "爱", "北京"], [], ["好"]]


def test_the_last_slash_is_before_the_tag() -> None:
    assert pairs(SLASHES) == [[("The", "DT"), ("1/2", "CD"), ("cat", "NN")], [("我", "r"), ("爱", "v")]]


def test_records_have_tokens_and_tags_or_a_text_and_spans() -> None:
    assert pairs(TAGGED_RECORDS) == [[("New York", "B-LOC"), ("is", "O")]]
    assert pairs(SPANS) == [[(c, "O") for c in "我在"] + [("IBM", "B-ORG")] + [(c, "O") for c in "工作。"]]
    assert pairs(OBJECTS) == [[("IBM", "B-ORG"), ("s", "O"), ("slept", "O")]]


@pytest.mark.parametrize("text", ALL)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_form_is_written_back_as_it_came(text: str, end: str) -> None:
    given_text = text.replace("\n", end)
    form, sentences = read(given_text)
    assert "".join(form.write(one, one.tags) for one in sentences).replace("\r", "") == text
    if form.name != "jsonl":
        assert "".join(form.write(one, one.tags) for one in sentences) == given_text


@pytest.mark.parametrize("text", [CONLL, CONLLU, NUMBERED, BMES, SLASHES, TAGGED_RECORDS])
def test_only_tags_change_when_others_are_written(text: str) -> None:
    form, sentences = read(text)
    changed = "".join(form.write(one, ["Z-Z"] * len(one.tokens)) for one in sentences)
    again, others = read(changed, str(form.chosen) if hasattr(form, "chosen") else None)
    assert again.name == form.name
    assert [one.tokens for one in others] == [one.tokens for one in sentences]
    assert {tag for one in others for tag in one.tags} == {"Z-Z"}
    assert len(changed.split("\n")) == len(text.split("\n"))


def test_tags_are_added_where_there_are_none() -> None:
    form, (sentence,) = read('{"text":"Hi you","id":1}')
    assert (
        form.write(sentence, ["A", "B"])
        == '{"text":"Hi you","id":1,"tokens":["Hi","you"],"tags":["A","B"]}\n'
    )
    form, (sentence,) = read("a\tb\nc\td\n", "1")
    assert form.write(sentence, ["X", "Y"]) == "a\tb\tX\nc\td\tY\n"
    form, (sentence,) = read("我  爱\n")
    assert form.write(sentence, ["X", "Y"]) == "我\tX\n爱\tY\n\n"


def test_entities_of_a_text_are_written_as_they_came() -> None:
    form, (sentence,) = read(OBJECTS)
    written = form.write(sentence, ["S-A", "O", "B-B"])
    assert '{"start":0,"end":3,"label":"A","text":"IBM"}' in written
    assert '{"start":5,"end":10,"label":"B","text":"slept"}' in written
    form, (sentence,) = read(SPANS)
    assert '"label":[[0,2,"X"]]' in form.write(sentence, ["B-X", "I-X", *"OOOO"])


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("a O\nb\nc O\n\nd O\n", None, "a.txt:2:2: expected 2 columns, found 1"),
        ("a\tO\nb\tx\tO\nc\tO\n", None, "a.txt:2:6: expected 2 columns, found 3"),
        ("a O\n\n", "1:3", "a.txt:1:4: no tag in column 3, of 2; name the columns with columns"),
        ("a\tO\nb\t\nc\tO\n", None, "a.txt:2:3: no tag in column 2"),
        (f"{CONLLU}1\tx\n", None, "a.txt:11:4: expected 10 columns, found 2"),
        ("a/X b/Y c/Z d/Z e/Z f/Z g/Z h/Z i/Z k/Z nine\n", None, "a.txt:1:41: 'nine' is no word/TAG"),
        ('{"tokens":["a"],"tags":["b","c"]}', None, "a.txt:1:1: 1 `tokens`, but 2 `tags`"),
        ('{"tokens":"a b"}', None, "`tokens` is not a list of strings"),
        ('{"id":1}', None, "neither `tokens` nor a string in `text`"),
        ('{"text":"ab","label":[[0,3,"X"]]}', None, "from 0 to 3, but `text` has 2 characters"),
        ('{"text":"ab","label":[[1,1,"X"]]}', None, "from 1 to 1"),
        ('{"text":"a b","label":[[1,2,"X"]]}', None, "nothing but spaces"),
        ('{"text":"ab","label":[[0,2,"X"],[1,2,"Y"]]}', None, "overlap, at 1 of `text`"),
        ('{"text":"ab","label":["X"]}', None, "'X' is no entity; write [start, end, \"label\"]"),
        ('{"text":"ab","label":[[0,true,"X"]]}', None, "is no entity"),
        ('{"text":', None, "a.txt:1:9: not a JSON record"),
    ],
)
def test_what_is_not_of_the_form_is_told_with_its_place(text: str, columns: str | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, columns)
    assert message in str(caught.value)


@pytest.mark.parametrize("columns", ["", "0:1", "1:x", "a", "1:2:3", "1:", "--1:2"])
def test_columns_are_numbers_from_one_or_names(columns: str) -> None:
    with pytest.raises(SettingError, match="write WORD:TAG"):
        Chosen.of(columns)


@pytest.mark.parametrize("columns", ["1:2", "2:-1", "3", "-2:4"])
def test_chosen_columns_read_as_they_are_written(columns: str) -> None:
    assert str(Chosen.of(columns)) == columns


def test_a_form_is_found_again_by_its_name() -> None:
    for text in (*ALL, SIGHAN):
        form, sentences = read(text)
        chosen = getattr(form, "chosen", None)
        again = form_named(form.name, str(chosen) if chosen else None)
        assert type(again) is type(form)
        assert list(again.sentences(lines_of(text))) == sentences


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "words"),
        ("a b\nc d\n", "words"),
        ("a b\nc d\n\ne f\n", "columns"),
        ("a B-X\nc O\n", "columns"),
        ("a\tb\n", "columns"),
        ("a/b c/d\n", "word/TAG"),
        ("see http://x.y / and 1/2\n", "words"),
        ('\n\n  {"tokens":[]}\n', "jsonl"),
    ],
)
def test_the_form_shows_in_the_first_lines(text: str, name: str) -> None:
    assert sniffed_form([line for *_, line in lines_of(text)]).name == name


def test_sentences_are_read_as_they_are_asked_for() -> None:
    taken = 0

    def endless() -> Iterator[SourceLine]:
        nonlocal taken
        while True:
            taken += 1
            yield from lines_of("a\tX\n\n")

    _, sentences = read_labelled(endless())
    assert next(sentences).tokens == ["a"]
    assert taken <= 200


def test_each_file_ends_a_sentence() -> None:
    lines = [*lines_of("a\tX", "1.txt"), *lines_of("b\tX", "2.txt")]
    found = list(read_labelled(lines)[1])
    assert [(one.tokens, one.path, one.line) for one in found] == [(["a"], "1.txt", 1), (["b"], "2.txt", 1)]


def checked(text: str) -> None:
    form, sentences = read(text)
    list(check_tags(form, sentences))


def test_text_that_teaches_nothing_is_refused() -> None:
    checked(CONLL)
    with pytest.raises(InputError, match=r"a\.txt:1:1: these words have no tags"):
        checked(SIGHAN)
    with pytest.raises(InputError, match="every token has the tag 'X'"):
        checked("a/X b/X")
    with pytest.raises(InputError, match="no token here"):
        checked("\n\n")


def scheme_of(text: str) -> str:
    form, sentences = read(text)
    finder = SchemeFinder(form)
    assert list(finder.watch(sentences)) == sentences
    return finder.scheme().name


def in_columns(tags: str) -> str:
    return "".join(f"w\t{tag}\n" for tag in tags.split())


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ("B-X I-X O B-Y", "BIO"),
        ("B-X B-X I-X", "BIO"),
        ("I-X I-X O I-Y", "IOB1"),
        ("I-X B-X I-Y", "IOB1"),
        ("B-X I-X E-X S-Y O", "BIOES"),
        ("B-X E-X", "BIOES"),
        ("B-X M-X E-X S-Y", "BMES"),
        ("B M E S S", "BMES"),
        ("B-X I-X L-X U-Y", "BILOU"),
    ],
)
def test_the_scheme_shows_in_the_letters(tags: str, name: str) -> None:
    assert scheme_of(in_columns(tags)) == name


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ("B-X O I-X", "a.txt:3:3: an entity starts inside: 'I-X' behind 'O'"),
        ("B-X I-Y", "a.txt:2:3: an entity starts inside: 'I-Y' behind 'B-X'"),
        ("S-X E-X", "a.txt:2:3: an entity starts inside"),
        ("B-X O NN", "a.txt:3:3: the tag 'NN' is of no scheme"),
        ("M-X B-X", "a.txt:1:3: an entity starts inside: 'M-X' at the start of a sentence"),
    ],
)
def test_tags_at_odds_with_the_scheme_are_told_with_their_place(tags: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        scheme_of(in_columns(tags))
    assert message in str(caught.value)


def test_a_slip_among_many_entities_is_told_and_repaired() -> None:
    form, sentences = read(in_columns("B-X O " * 2000 + "I-X O"))
    finder = SchemeFinder(form)
    list(finder.watch(sentences))
    assert finder.scheme().name == "BIO"
    (told,) = finder.advice()
    assert told.startswith("a.txt:4001:3: an entity starts inside: 'I-X' behind 'O'")


@given(st.text(st.sampled_from("ab/ \t\n#1-O{}\u3000_"), max_size=60))
def test_any_text_is_read_and_written_or_refused(text: str) -> None:
    try:
        form, sentences = read(text)
    except InputError:
        return
    if form.name != "words":
        assert "".join(form.write(one, one.tags) for one in sentences).rstrip("\n") == text.rstrip("\n")
