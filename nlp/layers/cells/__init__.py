"""The cells of recurrent networks, one file each: its equation, its step forward and back, and in decoding.

Equations are those of the literature, for column vectors: W x_t + U h_{t-1} + b. In the code the vectors of a
batch are rows, so the weights of gate g are stored the other way round, W (G, D, H) and U (G, H, H), and the
products are x W[g] and h U[g]. On the way back dh_t is the gradient of the loss by h_t, and dz_t that by z_t,
what goes into the nonlinearity of a gate at step t; * is elementwise.

A cell takes its own recurrent product, because a GRU resets h before it. What needs no step before it (W x_t
for all t, and the gradients of W, U and b from all dz_t) is left to `recurrent`, which takes the steps.

Every array of a step is a view of a gate-major buffer, (G, T, B, H) at one t: what belongs to a gate is
contiguous, and all gates go through one call. σ is taken through tanh, which NumPy computes for several
numbers at a time: σ(z) = (1 + tanh(z/2)) / 2.

A new cell is a file with a class like `Lstm`, which fills in what `cell.Cell` asks for, and a row of `CELLS`;
where users may choose it, it is also named in the settings, `nlp.networks.config`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from nlp.layers.cells.cell import Cell
from nlp.layers.cells.gru import Gru
from nlp.layers.cells.gru_reset_after import GruResetAfter
from nlp.layers.cells.lstm import Lstm
from nlp.layers.cells.rnn import Rnn

CELLS: dict[tuple[str, str], Callable[[], Cell]] = {
    ("rnn", "tanh"): Rnn,
    ("rnn", "relu"): partial(Rnn, relu=True),
    ("lstm", ""): Lstm,
    ("gru", "before"): Gru,
    ("gru", "after"): GruResetAfter,
}
"""Every cell by its name and, where there are several, its form: an activation, or when the GRU resets."""


def make_cell(name: str, *, activation: str = "tanh", gru_reset: str = "before") -> Cell:
    """The cell of this name; `activation` is the form of `rnn`, `gru_reset` that of `gru`.

    Raises: ValueError if there is no such cell
    """
    form = {"rnn": activation, "gru": gru_reset}.get(name, "")
    if (name, form) not in CELLS:
        cells = ", ".join(map(" ".join, CELLS))
        raise ValueError(f"there is no cell {f'{name} {form}'.strip()!r} among {cells}")
    return CELLS[name, form]()
