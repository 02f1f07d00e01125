"""What happens inside a recurrent model while it reads: the gates and the states of every layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.errors import ModelError
from nlp.layers.arrays import Floats, Ids
from nlp.layers.cells.cell import Cell
from nlp.layers.normalised import NormalisedTrace
from nlp.layers.recurrent import Trace
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.recurrent import RecurrentEncoder
from nlp.networks.network import Network

LayerTrace = dict[str, Floats]
"""Gates and states by what the literature calls them, (T, H): a row for each token once it has been read."""


class Tracer:
    """Reads one text with a recurrent language model, from its beginning on, and tells what each layer does.

    A line end stands before the text, as when it is scored.

    Raises: ModelError for a model without recurrence, or one that reads from both sides
    """

    def __init__(self, network: Network, line_end: int) -> None:
        encoder = network.encoder
        if not isinstance(encoder, RecurrentEncoder):
            raise ModelError(
                "a trace is that of a recurrent network which reads from left to right; name a model of cell "
                "rnn, lstm or gru"
            )
        self._network, self._encoder, self._line_end = network, encoder, line_end
        self._workspace = Workspace(network.parameters.flat.dtype)
        self.restart()

    def restart(self) -> None:
        """Forget what was read: the next token begins a text."""
        self._state = self._network.new_state(1)
        self._encoder.forward(
            self._network.parameters, np.full((1, 1), self._line_end, np.int32), self._state, self._workspace
        )

    def read(self, ids: Ids) -> Sequence[LayerTrace]:
        """Read the next tokens (T,); return the trace of each layer, the lowest first."""
        _, done = self._encoder.forward(self._network.parameters, ids[:, None], self._state, self._workspace)
        scans = (trace.trace if isinstance(trace, NormalisedTrace) else trace for trace in done.traces)
        return [trace_of(self._encoder.cell, scan) for scan in scans]


def trace_of(cell: Cell, scan: Trace[Floats]) -> LayerTrace:
    """The gates and states of a scan over one text, copied: what it leaves is overwritten by the next one."""
    after = slice(None, -1) if scan.reverse else slice(1, None)
    gates = {name: scan.z[number, :, 0].copy() for number, name in enumerate(cell.gate_names)}
    states = {name: scan.states[number, after, 0].copy() for number, name in enumerate(cell.state_names)}
    return gates | states
