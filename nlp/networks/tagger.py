"""A network that labels the tokens of sentences: embeddings, a bidirectional encoder, a CRF."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.tokens import TokenBatch, TokenEncoder, draw_weights_
from nlp.networks.heads.crf import CrfHead, Flags
from nlp.networks.token_config import TokenNetworkConfig


class TaggerNetwork:
    """P(labels of a sentence | its tokens).

    Equation: h = encoder(tokens);   P(y | sentence) = crf(h)

    Attributes: `config`; `encoder`; `head`; `parameters`.
    """

    def __init__(
        self,
        config: TokenNetworkConfig,
        words: int,
        characters: int,
        pairs: int,
        vectors: Floats,
        rules: tuple[Flags, Flags, Flags],
        *,
        dtype: npt.DTypeLike = np.float32,
        parameters: Floats | None = None,
    ) -> None:
        """Lay the network over a given vector, which is not copied, or over zeros.

        `words`, `characters`, `pairs` and `vectors` are those of `TokenEncoder`; `rules`, which labels may
        follow each other, be first and be last. Raises: ValueError where the vector has another size
        """
        self.config = config
        self.encoder = TokenEncoder(config, words, characters, pairs, vectors)
        self.head = CrfHead(self.encoder.width, *rules)
        self.parameters = Parameters(self.encoder.shapes() | self.head.shapes(), dtype, parameters)

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw the weights."""
        draw_weights_(self.parameters, generator)
        self.encoder.initialize_(self.parameters)

    def loss_and_grad(
        self,
        batch: TokenBatch,
        labels: Ids,
        gradients: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
        further: Floats | None = None,
    ) -> float:
        """Add d(loss)/dw to `gradients`; return the loss in summed nats.

        `further` scores of labels, of another model, are added to those of the network, and overwritten with
        their gradient. Shapes: labels (T, B); further (T, B, K)
        """
        p, scope = self.parameters, workspace.scope("head")
        h, done = self.encoder.forward(p, batch, workspace, generator)
        loss, dh = self.head.loss_and_grad(p, gradients, h, labels, batch.active, scope, further)
        self.encoder.backward(p, gradients, dh, batch, done, workspace)
        return loss

    def hidden(self, batch: TokenBatch, workspace: Workspace) -> Floats:
        """What the head gets, without dropout: (T, B, F), a buffer of `workspace`."""
        return self.encoder.forward(self.parameters, batch, workspace)[0]
