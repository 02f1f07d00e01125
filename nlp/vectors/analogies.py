"""The score of each word as the answer to an analogy: a is to b as c is to what."""

from __future__ import annotations

from nlp.layers.arrays import Floats

ADD, MUL = "add", "mul"
_EPSILON = 1e-3


def analogy_scores(unit: Floats, a: Floats, b: Floats, c: Floats, method: str = ADD) -> Floats:
    """How well each word answers "a is to b as c is to ?".

    Equation: add: cos(d, b) − cos(d, a) + cos(d, c)
              mul: cos'(d, b) cos'(d, c) / (cos'(d, a) + 0.001),   cos' = (cos + 1) / 2
    Shapes:   unit (V, D); a, b, c (Q, D), rows of length 1 -> (Q, V)
    Source:   Mikolov, Yih & Zweig 2013 (3CosAdd); Levy & Goldberg 2014, "Linguistic regularities in sparse
              and explicit word representations", §6 (3CosMul)
    """
    if method == ADD:
        return (b - a + c) @ unit.T
    near_a, near_b, near_c = ((vectors @ unit.T + 1) / 2 for vectors in (a, b, c))
    scores: Floats = near_b * near_c / (near_a + _EPSILON)
    return scores
