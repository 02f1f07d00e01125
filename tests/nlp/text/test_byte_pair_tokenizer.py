"""Pieces of words as tokens: nothing is lost, and each knows where it comes from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlp.text.byte_pair_tokenizer import BytePairTokenizer
from nlp.text.byte_pairs import SPACE, BytePairs

PIECES = BytePairs.learn({" the": 5, " then": 2, "我们": 3, "a": 2}, 6)
texts = st.text(st.sampled_from("then a我们😀é▁\t") | st.characters(exclude_characters="\n"), max_size=20)


def text_of(tokens: list[str]) -> str:
    index = {name: number for number, name in enumerate(PIECES.names)}
    return PIECES.decode([index[token] for token in tokens])


@given(text=texts)
def test_tokens_give_the_text_back_and_spans_cover_it(text: str) -> None:
    tokenizer = BytePairTokenizer(PIECES)
    tokens, spans = tokenizer.tokens(text), tokenizer.spans(text)
    assert text_of(tokens) == text
    assert tokenizer.written(text, spans) == tokens
    assert len(spans) == len(tokens)
    assert all(start <= end for start, end in spans)
    covered = {place for start, end in spans for place in range(start, end)}
    assert covered == set(range(len(text)))
    for token, (start, end) in zip(tokens, spans, strict=True):
        if not token.startswith("<0x"):
            assert text[start:end].replace(" ", SPACE) in {token, token.removeprefix(SPACE)}


@given(lines=st.lists(texts, max_size=4))
def test_a_block_is_its_lines(lines: list[str]) -> None:
    tokenizer = BytePairTokenizer(PIECES)
    expected = [" ".join(tokenizer.tokens(line)) for line in lines]
    assert tokenizer.lines("\n".join(lines)) == "\n".join(expected)


def test_a_line_that_is_cut_has_the_tokens_of_the_whole() -> None:
    whole, tokenizer = BytePairTokenizer(PIECES), BytePairTokenizer(PIECES)
    now, waits = tokenizer.ready("the then ")
    assert (now, waits) == ("the then", " ")
    parts = [tokenizer.lines(now), tokenizer.lines(f"{waits}the a\nthe")]
    assert " ".join(parts) == whole.lines("the then the a\nthe")
