"""What is found, with its words in colour."""

from __future__ import annotations

from cli.io.printers import hits_form


def test_the_words_of_the_query_are_marked() -> None:
    hit = {"id": "1", "score": 1, "text": "a b\nthe king rode", "spans": [[8, 12], [13, 17]]}
    write = hits_form(with_query=False, is_coloured=True).printer("text")
    assert write({"query": "", "hits": [hit]}) == "1.0000\t1\tthe \x1b[1;31mking\x1b[m \x1b[1;31mrode\x1b[m\n"
