"""A step of the lecture as text."""

from __future__ import annotations

from typing import Any

from cli.io.lecture_steps import step_as_text


def step(number: int, **values: Any) -> dict[str, Any]:
    shapes = {name: [len(value)] if isinstance(value, list) else [] for name, value in values.items()}
    return {
        "title": "Title",
        "about": "about it",
        "step": number,
        "told": "What happens.",
        "equation": "y = W x",
        "code": "nlp/x.py:1",
        "values": values,
        "shapes": shapes,
    }


def test_the_first_step_comes_behind_the_title() -> None:
    text = step_as_text(step(1, E=0.5))
    assert text == f"Title\nabout it\n\n1. What happens.\n   y = W x{' ' * 62}nlp/x.py:1\n\n   E  0.500\n\n"
    assert step_as_text(step(2, E=0.5)).startswith("2. What happens.\n")


def test_arrays_of_as_many_columns_stand_below_one_another() -> None:
    text = step_as_text(step(2, words=["我", "abcdef"], P=[0.25, -10.0]))
    assert text.splitlines()[3:5] == ["   words (2)     我   abcdef", "   P (2)      0.250  -10.000"]


def test_matrices_have_a_line_a_row() -> None:
    text = step_as_text(step(2, W=[[1.0, 2.0], [3.0, 40.0]]))
    assert text.splitlines()[3:5] == ["   W (2)  1   2", "          3  40"]


def test_tiny_and_huge_numbers_keep_their_digits() -> None:
    assert "1.00e+00  2.50e-07" in step_as_text(step(2, norms=[1.0, 2.5e-7]))
    assert "1.00e+06" in step_as_text(step(2, norms=[1e6, 1.5]))


def test_nothing_is_minus_zero() -> None:
    assert "-0" not in step_as_text(step(2, z=[-0.0, 0.5]))
