"""A network that tells the labels of a text: embeddings, a bidirectional encoder, pooling, a dense layer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from nlp.classification.recurrent.config import RecurrentClassifierConfig
from nlp.layers.arrays import Floats
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.parameters import Parameters
from nlp.layers.pooling import POOLS
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.tokens import TokenBatch, TokenEncoder, draw_weights_

LossAndGrad = Callable[[Floats], tuple[float, Floats]]


class ClassifierNetwork:
    """The scores of the labels of a text | its tokens.

    Equation: h = encoder(tokens),   y = pool(h),   s = y W + b
    Shapes:   output.W (F, C), output.b (C,), C scores; pool.*, see `nlp.layers.pooling`

    Attributes: `config`; `encoder`; `parameters`.
    """

    def __init__(
        self,
        config: RecurrentClassifierConfig,
        words: int,
        characters: int,
        pairs: int,
        vectors: Floats,
        scores: int,
        *,
        dtype: npt.DTypeLike = np.float32,
        parameters: Floats | None = None,
    ) -> None:
        """Lay the network over a given vector, which is not copied, or over zeros.

        `words`, `characters`, `pairs` and `vectors` are those of `TokenEncoder`; `scores`, how many there
        are. Raises: ValueError where the vector has another size
        """
        self.config = config
        self.encoder = TokenEncoder(config, words, characters, pairs, vectors)
        self.scores_count = scores
        self._pool = POOLS[config.pool]
        of_pool = {f"pool.{name}": shape for name, shape in self._pool.shapes(self.encoder.width).items()}
        output = {"output.W": (self.encoder.width, scores), "output.b": (scores,)}
        self.parameters = Parameters(self.encoder.shapes() | of_pool | output, dtype, parameters)

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw the weights."""
        draw_weights_(self.parameters, generator)
        self.encoder.initialize_(self.parameters)

    def loss_and_grad(
        self,
        batch: TokenBatch,
        loss_and_grad: LossAndGrad,
        gradients: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> float:
        """Add d(loss)/dw to `gradients`; return the loss, as it is told of scores (B, C)."""
        p = self.parameters
        h, encoded = self.encoder.forward(p, batch, workspace, generator)
        of_pool = p.scope("pool"), gradients.scope("pool")
        of_output = p.scope("output"), gradients.scope("output")
        y, pooled = self._pool.forward(of_pool[0], h, batch.active, workspace.scope("pool"))
        loss, ds = loss_and_grad(dense_forward(of_output[0], y, workspace.scope("output")))
        dy = dense_backward(*of_output, ds, y, workspace.scope("output"))
        dh = self._pool.backward(*of_pool, dy, pooled, workspace.scope("pool"))
        self.encoder.backward(p, gradients, dh, batch, encoded, workspace)
        return loss

    def scores(self, batch: TokenBatch, workspace: Workspace) -> Floats:
        """The scores of texts, without dropout: (B, C), a buffer of `workspace`."""
        p = self.parameters
        h = self.encoder.forward(p, batch, workspace)[0]
        y = self._pool.forward(p.scope("pool"), h, batch.active, workspace.scope("pool"))[0]
        return dense_forward(p.scope("output"), y, workspace.scope("output"))
