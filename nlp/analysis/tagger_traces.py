"""What happens inside a recurrent tagger at each token: gates and states of both ways of every layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.analysis.traces import LayerTrace
from nlp.layers.arrays import Floats
from nlp.layers.both_ways import BothTraces
from nlp.layers.cells.cell import Cell
from nlp.layers.workspace import Workspace
from nlp.tagging.recurrent.tagger import RecurrentTagger


def tagger_trace(tagger: RecurrentTagger, tokens: Sequence[str]) -> list[LayerTrace]:
    """The gates and states of each layer over a sentence, the lowest first; nothing where it has no tokens.

    Shapes: each (T, 2H), a row a token: H units of the way forward, which have read the tokens up to it, then
            H of the way back, which have read those from the end of the sentence to it
    """
    encoder, workspace = tagger.network.encoder, Workspace(tagger.network.parameters.flat.dtype)
    text = tagger.numbering.numbered([list(tokens)])
    parts: list[list[LayerTrace]] = []
    for part in range(len(text.lengths)):  # a sentence that is too long is read in several
        batch = text.batch(np.array([part]), spelt=encoder.spelling is not None)
        _, done = encoder.forward(tagger.network.parameters, batch, workspace)
        parts.append([_trace_of(encoder.cell, trace) for trace in done.layers.traces])
    return [
        {name: np.concatenate([part[name] for part in of_layer]) for name in of_layer[0]}
        for of_layer in zip(*parts, strict=True)
    ]


def _trace_of(cell: Cell, trace: BothTraces) -> LayerTrace:
    """The gates and states of one row, copied; the way back, which is turned round, turned again."""

    def both(values: Floats) -> Floats:
        return np.concatenate([values[:, 0, 0], values[::-1, 1, 0]], axis=1)

    gates = {name: both(trace.joined.z[number]) for number, name in enumerate(cell.gate_names)}
    return gates | {
        name: both(trace.joined.states[number, 1:]) for number, name in enumerate(cell.state_names)
    }
