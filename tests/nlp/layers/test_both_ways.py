"""A layer that reads from both ends equals a scan forward and one in reverse, side by side."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.layers.both_ways import both_ways_backward, both_ways_forward
from nlp.layers.cells import make_cell
from nlp.layers.parameters import Parameters
from nlp.layers.recurrent import recurrent_backward, recurrent_forward
from nlp.layers.workspace import Workspace

ACTIVE, HIDDEN, INPUTS = [3, 3, 2, 1, 1], 4, 2
ALIVE = np.arange(3) < np.array(ACTIVE)[:, None]


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
def test_it_equals_two_scans(name: str) -> None:
    cell, rng = make_cell(name), np.random.default_rng(1)
    p = [Parameters(cell.shapes(INPUTS, HIDDEN), np.float64) for _ in range(2)]
    for parameters in p:
        parameters.flat[...] = rng.standard_normal(parameters.flat.size)
    x, dh = rng.standard_normal((5, 3, INPUTS)), rng.standard_normal((5, 3, 2 * HIDDEN)) * ALIVE[..., None]
    grads = [parameters.like() for parameters in p]
    workspace = Workspace(np.float64)
    ways, of_ways = (p[0].views(), p[1].views()), (grads[0].views(), grads[1].views())
    h, ends, cache = both_ways_forward(cell, ways, x, ACTIVE, workspace)
    found = h.copy(), ends.copy()
    dx = both_ways_backward(cell, ways, of_ways, dh, None, cache, workspace)
    expected = np.zeros_like(dx)
    for way in range(2):
        half, scope, grad = slice(way * HIDDEN, (way + 1) * HIDDEN), Workspace(np.float64), p[way].like()
        state = np.zeros((cell.states, 3, HIDDEN))
        of_way, trace = recurrent_forward(cell, ways[way], x, state, scope, active=ACTIVE, reverse=way == 1)
        np.testing.assert_allclose(found[0][ALIVE][:, half], of_way[ALIVE], rtol=1e-12)
        np.testing.assert_allclose(found[1][:, half], state[0], rtol=1e-12)
        expected += recurrent_backward(cell, ways[way], grad.views(), dh[..., half].copy(), trace, scope)
        np.testing.assert_allclose(grads[way].flat, grad.flat, rtol=1e-10)
    np.testing.assert_allclose(dx, expected, rtol=1e-10)
