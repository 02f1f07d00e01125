"""The smallest language model that has all that a training must look after: state, dropout and statistics.

And a training of it, made ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.data.corpus import encode, encode_by
from nlp.layers.parameters import Parameters
from nlp.networks.learner import NetworkLearner
from nlp.networks.network import Network
from nlp.training.language_settings import LanguageSettings
from tests.files import TMP

if TYPE_CHECKING:
    from nlp.data.batches import Batch
    from nlp.layers.arrays import Floats
    from nlp.layers.workspace import Workspace


SETTINGS = LanguageSettings(epochs=3, lr=0.05, batch_size=7, bptt=5, shards=3)


class Bigram(Network):
    """Scores W[id] + a u, where a halves with every token and adds the next: a_t = a_{t-1} / 2 + id_t / V."""

    def __init__(self, size: int, dropout: float = 0.0, dtype: type = np.float32) -> None:
        self.size, self.dropout = size, dropout
        self.parameters = Parameters({"W": (size, size), "u": (size,)}, dtype, averaged={"mean": (1,)})

    def initialize_(self, generator: np.random.Generator) -> None:
        self.parameters.flat[...] = 0.1 * generator.standard_normal(self.parameters.flat.size)

    def new_state(self, batch: int) -> Floats:
        return np.zeros(batch, self.parameters.flat.dtype)

    def loss_and_grad(
        self,
        batch: Batch,
        state: Floats,
        gradients: Parameters,
        workspace: Workspace,  # noqa: ARG002
        generator: np.random.Generator,
    ) -> tuple[float, int]:
        kept = (generator.random((*batch.ids.shape, 1)) >= self.dropout) / (1 - self.dropout)
        loss, dz, a = self._loss(batch, state, kept.astype(self.parameters.flat.dtype))
        np.add.at(gradients["W"], batch.ids, dz * kept)
        gradients["u"][...] += (a[..., None] * dz).sum((0, 1))
        gradients["mean"][...] = batch.ids.mean() / self.size
        return loss, int(batch.mask.sum())

    def loss(self, batch: Batch, state: Floats, workspace: Workspace) -> tuple[float, int]:  # noqa: ARG002
        loss, _, _ = self._loss(batch, state, 1.0, float(self.parameters["mean"][0]))
        return loss, int(batch.mask.sum())

    def _loss(
        self, batch: Batch, state: Floats, kept: Floats | float, offset: float = 0.0
    ) -> tuple[float, Floats, Floats]:
        a = np.empty(batch.ids.shape, state.dtype)
        for t, ids in enumerate(batch.ids):
            state[...] = state / 2 + ids / self.size
            a[t] = state
        a += offset
        z = self.parameters["W"][batch.ids] * kept + a[..., None] * self.parameters["u"]
        z -= z.max(-1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(-1, keepdims=True)
        rows, columns = np.indices(batch.ids.shape)
        loss = -float((np.log(p[rows, columns, batch.targets]) * batch.mask).sum(dtype=np.float64))
        p[rows, columns, batch.targets] -= 1
        p *= batch.mask[..., None]
        return loss, p, a


def some_text(seed: int = 1, length: int = 310) -> str:
    """Letters of which each makes some others likely to come next."""
    rng = np.random.default_rng(seed)
    letters = "abcdefgh\n"
    place, text = 0, []
    for _ in range(length):
        place = (place + int(rng.choice([1, 1, 1, 2, 5]))) % len(letters)
        text.append(letters[place])
    return "".join(text)


def ready(
    settings: LanguageSettings = SETTINGS,
    *,
    valid: bool = False,
    dropout: float = 0.2,
    dtype: type = np.float32,
) -> NetworkLearner:
    """A training of such a model."""
    text = encode([some_text()], TMP, "char")
    held_out = encode_by([some_text(2, 90)], TMP, text.vocabulary) if valid else None
    return NetworkLearner(Bigram(len(text.vocabulary), dropout, dtype), text, settings, valid=held_out)
