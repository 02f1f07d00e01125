from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.recurrent import RecurrentEncoder
from tests.nlp.layers.gradcheck import check_slopes
from tests.nlp.networks.network_cases import OF_CELLS

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats
    from nlp.networks.config import LanguageModelConfig

V, T, B = 4, 6, 4
LENGTHS = [6, 4, 4, 1]
ACTIVE = [sum(length > t for length in LENGTHS) for t in range(T)]
RECURRENT = {
    name: config for name, config in OF_CELLS.items() if config.cell != "nnlm" and not config.dropout
}
every_stack = pytest.mark.parametrize("config", RECURRENT.values(), ids=RECURRENT)
both_ways = pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
IDS = np.random.default_rng(0).integers(0, V, (T, B)).astype(np.int32)


def made(config: LanguageModelConfig) -> tuple[RecurrentEncoder, Parameters, Floats]:
    """The encoder, its tensors and the embedding, and a state that is not zero."""
    encoder, rng = RecurrentEncoder(config), np.random.default_rng(1)
    shapes = {"E": (V, config.embed_dim)} | encoder.shapes()
    p = Parameters(shapes, np.float64, averaged=encoder.averaged_shapes())
    p.flat[...] = rng.uniform(-0.7, 0.7, p.flat.size)
    p.averages[...] = rng.uniform(0.5, 1, p.averages.size)
    encoder.initialize_(p)
    return encoder, p, rng.uniform(-0.5, 0.5, encoder.new_state(B, p.flat.dtype).shape)


@every_stack
@both_ways
def test_a_ragged_row_is_read_as_if_it_were_alone(config: LanguageModelConfig, reverse: bool) -> None:
    encoder, p, start = made(config)
    end = start.copy()
    h, _ = encoder.forward(p, IDS, end, Workspace(np.float64), active=ACTIVE, reverse=reverse)
    for row, length in enumerate(LENGTHS):
        one = slice(row, row + 1)
        state = start[:, one].copy()
        alone, _ = encoder.forward(p, IDS[:length, one], state, Workspace(np.float64), reverse=reverse)
        np.testing.assert_allclose(h[:length, one], alone, atol=1e-13)
        np.testing.assert_allclose(end[:, one], state, atol=1e-13)


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn", "batch-input"])
@pytest.mark.parametrize("rows", [B, 1], ids=["looked up", "embedded"])
@both_ways
def test_gradients_flow_through_both_ends_of_a_ragged_batch(name: str, rows: int, reverse: bool) -> None:
    """What an encoder-decoder needs: those of the first state, from that of the last one."""
    encoder, p, start = made(OF_CELLS[name])
    ids, active, start = IDS[:, :rows], [min(alive, rows) for alive in ACTIVE], start[:, :rows].copy()
    if name == "batch-input":
        ids, active, start = IDS, ACTIVE, made(OF_CELLS[name])[2]
    rng, alive = np.random.default_rng(2), np.arange(len(ids[0])) < np.array(active)[:, None]
    to_h = rng.standard_normal((*ids.shape, encoder.width)) * alive[..., None]
    to_end = rng.standard_normal(start.shape)
    gradients, workspace, d_state = p.like(), Workspace(np.float64), to_end.copy()

    def loss() -> float:
        end = start.copy()
        h, _ = encoder.forward(
            p, ids, end, workspace, np.random.default_rng(3), active=active, reverse=reverse
        )
        return float(np.vdot(h, to_h) + np.vdot(end, to_end))

    end = start.copy()
    generator = np.random.default_rng(3)
    _, cache = encoder.forward(p, ids, end, workspace, generator, active=active, reverse=reverse)
    encoder.backward(p, gradients, to_h.copy(), cache, workspace, d_state=d_state)
    names = ["E", *encoder.shapes()]
    check_slopes(
        loss,
        {**{name: p[name] for name in names}, "start": start},
        {**{name: gradients[name] for name in names}, "start": d_state},
    )
