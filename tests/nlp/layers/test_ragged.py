from __future__ import annotations

from nlp.layers.ragged import alive


def test_the_first_rows_have_a_place() -> None:
    assert alive([3, 2, 2]).tolist() == [[True, True, True], [True, True, False], [True, True, False]]
    assert alive([1]).tolist() == [[True]]
