"""Numbers of tokens: those that a dictionary gives, whatever the tokens are and however they come."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.data.token_table import TokenTable

TOKENS = st.text(st.sampled_from("ab\0字é\ud800"), min_size=1, max_size=18)


def numbers(table: TokenTable, tokens: list[str]) -> list[int]:
    encoded = [token.encode("utf-8", "surrogatepass") for token in tokens]
    lengths = np.array([len(token) for token in encoded], np.int64)
    data = np.frombuffer(b"".join(encoded), np.uint8)
    found: list[int] = table.numbers(data, np.cumsum(lengths) - lengths, lengths).tolist()
    return found


def by_first_occurrence(tokens: list[str]) -> list[int]:
    number_of: dict[str, int] = {}
    return [number_of.setdefault(token, len(number_of)) for token in tokens]


@given(st.lists(st.lists(TOKENS)))
def test_tokens_are_numbered_by_their_first_occurrence(batches: list[list[str]]) -> None:
    table = TokenTable()
    found = [number for batch in batches for number in numbers(table, batch)]
    tokens = [token for batch in batches for token in batch]
    assert found == by_first_occurrence(tokens)
    assert table.tokens == list(dict.fromkeys(tokens))


@given(st.lists(TOKENS, unique=True), TOKENS)
def test_known_tokens_have_the_first_numbers(known: list[str], other: str) -> None:
    table = TokenTable(known)
    assert numbers(table, known[::-1]) == list(range(len(known)))[::-1]
    assert numbers(table, [other]) == [known.index(other) if other in known else len(known)]


def test_a_token_that_ends_in_a_zero_byte_is_another_one() -> None:
    assert numbers(TokenTable(), ["a", "a\0", "a\0\0", "a", "a\0"]) == [0, 1, 2, 0, 1]


def test_a_large_table_numbers_as_a_small_one() -> None:
    tokens = [f"{number * number % 70_001:x}" for number in range(100_000)]
    assert numbers(TokenTable(), tokens) == by_first_occurrence(tokens)
    one_by_one = TokenTable()
    assert [
        number for some in range(0, 100_000, 999) for number in numbers(one_by_one, tokens[some:][:999])
    ] == (by_first_occurrence(tokens))


def test_tokens_that_crowd_around_one_place_have_numbers_of_their_own() -> None:
    tokens = crowd(200)
    assert len(tokens) == 200
    table = TokenTable()
    assert numbers(table, tokens) == list(range(200))
    assert numbers(table, tokens[::-1]) == list(range(200))[::-1]
    assert numbers(table, ["another", *tokens]) == [200, *range(200)]


def crowd(size: int) -> list[str]:
    """Tokens of eight letters that all belong at the first place of a table of 4,096."""
    letters = np.random.default_rng(1).integers(ord("a"), ord("z") + 1, (size << 13, 8), np.uint8)
    keys = np.unique(letters.view("<u8"))
    places = TokenTable()._places(keys, np.full(len(keys), 8 << 56, np.uint64))
    return [key.tobytes().decode() for key in keys[places == 0][:size]]
