"""Recurrent cells with the weights of a page: the equations' column matrices, in the order of the gates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.cells.cell import Cell
from nlp.layers.recurrent import Trace, recurrent_backward, recurrent_forward
from nlp.layers.workspace import Workspace
from nlp.lecture.page import Values

OPEN, SHUT = 20.0, -20.0
"""Biases at which a gate, σ, is 1 and 0 to eight digits."""


@dataclass(frozen=True)
class Unrolled:
    """A cell that has run over one sequence.

    Attributes: `h` (T, H), the output of each step; `trace`, what the scan left for its way back.
    """

    cell: Cell
    tensors: Tensors
    h: Floats
    trace: Trace[Floats]

    @property
    def gates(self) -> Floats:
        """What came out of the nonlinearity of each gate (G, T, H)."""
        gates: Floats = self.trace.z[:, :, 0]
        return gates

    @property
    def states(self) -> Floats:
        """The state before the first step and after each (S, T + 1, H)."""
        states: Floats = self.trace.states[:, :, 0]
        return states


def axes_of(gates: Iterable[str]) -> dict[str, str]:
    """The axes of W, U and b of each gate: see `Topic`."""
    tensors = (("W", "H D"), ("U", "H H"), ("b", "H"))
    return {f"{name}{gate}": axes for gate in gates for name, axes in tensors}


def tensors_of(values: Values, gates: Sequence[str]) -> Tensors:
    """The tensors of a layer from W (H, D), U (H, H) and b (H,) of each gate; layers have them transposed."""
    return {
        "W": np.stack([values[f"W{gate}"].T for gate in gates]),
        "U": np.stack([values[f"U{gate}"].T for gate in gates]),
        "b": np.stack([values[f"b{gate}"] for gate in gates]),
    }


def run(cell: Cell, tensors: Tensors, x: Floats, *before: Floats) -> Unrolled:
    """Run a cell over x (T, D) from the state `before`: h (H,) and, of an LSTM, c (H,)."""
    state = np.stack(before)[:, None]
    h, trace = recurrent_forward(
        cell, tensors, np.ascontiguousarray(x)[:, None], state, Workspace(np.float64)
    )
    return Unrolled(cell, tensors, h[:, 0], trace)


def back(unrolled: Unrolled, dh: Floats) -> tuple[Tensors, Sequence[Floats]]:
    """Take all steps back, given ∂E_t/∂h_t (T, H); what the trace holds is used up.

    Returns: the gradients of the tensors, and of the output of each step, ∂E/∂h_t, first step first
    """
    gradients = {name: np.zeros_like(tensor) for name, tensor in unrolled.tensors.items()}
    of_outputs: list[Floats] = []
    recurrent_backward(
        unrolled.cell,
        unrolled.tensors,
        gradients,
        dh[:, None],
        unrolled.trace,
        Workspace(np.float64),
        on_step=lambda _, d: of_outputs.insert(0, d[0, 0].copy()),
    )
    return gradients, of_outputs
