"""Training in float32 follows PyTorch step for step, from the same weights over the same batches."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nlp.data.batches import Batch
from nlp.layers.clipping import norm_factor
from nlp.layers.workspace import Workspace
from nlp.networks.network import Network
from tests.nlp.networks.torch_curves import CURVES, STEPS, STREAMS, WINDOW, weights, windows

GOLDEN = json.loads(Path(__file__).with_name("torch_curves.json").read_text())


@pytest.mark.parametrize("name", CURVES)
def test_losses_are_those_of_torch(name: str) -> None:
    """100 steps of SGD with a clipped gradient and a carried state: within 1e-4 of each loss."""
    config, vocabulary, rate, clip = CURVES[name]
    model = Network(config, vocabulary)
    for tensor, values in weights(name).items():
        model.parameters[tensor][...] = values
    state, workspace, rng = model.new_state(STREAMS), Workspace(), np.random.default_rng(0)
    mask = np.ones((WINDOW, STREAMS), np.float32)
    losses, clipped = [], 0
    for window in windows(name):
        gradients = model.parameters.like()
        batch = Batch(window[:-1], window[1:], mask)
        loss, count = model.loss_and_grad(batch, state, gradients, workspace, rng)
        gradients.flat /= count
        factor = norm_factor(float(np.linalg.norm(gradients.flat)), clip)
        clipped += factor < 1
        gradients.flat *= factor
        model.parameters.flat[...] -= rate * gradients.flat
        losses.append(loss / count)
    assert len(GOLDEN[name]) == len(losses) == STEPS
    assert clipped > 0
    assert losses[-1] < 0.9 * losses[0]
    np.testing.assert_allclose(losses, GOLDEN[name], rtol=1e-4)
