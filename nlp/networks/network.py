"""A network: embedding, encoder and head, over one vector of parameters."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from nlp.data.batches import Batch
from nlp.layers.arrays import Floats, Ids
from nlp.layers.initialize import identity_, orthogonal_, uniform_
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.config import LanguageModelConfig
from nlp.networks.encoders import make_encoder
from nlp.networks.encoders.encoder import Encoder
from nlp.networks.heads import make_head
from nlp.networks.heads.head import Head
from nlp.networks.transformer_config import TransformerConfig

NetworkConfig = LanguageModelConfig | TransformerConfig

_EMBEDDING_RANGE = 0.1  # of the embedding at the start, and so of the output matrix where the two are tied


class Network:
    """P(token at each place of a text | the tokens before it, or all others), by an encoder and a head.

    Equation: h = encoder(E, ids, state);   P(targets_tb | …) = head(h_tb)
    Shapes:   E (V, D), the embedding, which comes first in the vector of parameters; then the tensors of the
              encoder, then those of the head

    Attributes: `config`; `vocabulary_size` V; `encoder`; `head`; `parameters`.
    """

    def __init__(
        self,
        config: NetworkConfig,
        vocabulary_size: int,
        *,
        dtype: npt.DTypeLike = np.float32,
        parameters: Floats | None = None,
        averages: Floats | None = None,
    ) -> None:
        """Lay the network over given vectors, which are not copied, or over zeros.

        Raises: ValueError where they have another size than the network needs; InputError where the settings
                do not fit the vocabulary
        """
        self.config, self.vocabulary_size = config, vocabulary_size
        self.encoder = make_encoder(config)
        self.head = make_head(config, vocabulary_size, self.encoder.width)
        shapes = _shapes(config, vocabulary_size, self.encoder, self.head)
        averaged = self.encoder.averaged_shapes()
        self.parameters = Parameters(shapes, dtype, parameters, averaged=averaged, averages=averages)

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw every weight uniformly from ±`init_scale`; biases are zero, but for a forget gate's.

        Without `init_scale`: ±0.1 for the embedding; for all else ±1/√n, where n is the number of hidden
        units or, with a window for encoder, of the inputs of the matrix. With `init` "orthogonal" or
        "identity" the recurrent weights U are random orthogonal matrices or the identity instead.

        Source: Saxe, McClelland & Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in
                deep linear neural networks" (orthogonal); Le, Jaitly & Hinton 2015, "A simple way to
                initialize recurrent networks of rectified linear units" (identity)
        """
        config = self.config
        for name in self.parameters.shapes:
            w, tensor = self.parameters[name], name.rpartition(".")[2]
            if tensor.startswith("b"):
                w[...] = 0
            elif tensor == "U" and config.init == "orthogonal":
                orthogonal_(w, generator)
            elif tensor == "U" and config.init == "identity":
                identity_(w)
            else:
                has_rows_of_tokens = name == "output.W" and config.softmax == "full"
                inputs = self.encoder.inputs or w.shape[1 if has_rows_of_tokens else 0]
                own = _EMBEDDING_RANGE if name == "E" else inputs**-0.5
                uniform_(w, own if config.init_scale is None else config.init_scale, generator)
        self.encoder.initialize_(self.parameters)

    def new_state(self, batch: int) -> Floats:
        """What is carried from batch to batch, as it is at the start of B streams: (…, B, …)."""
        return self.encoder.new_state(batch, self.parameters.flat.dtype)

    def loss_and_grad(
        self,
        batch: Batch,
        state: Floats,
        gradients: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, int]:
        """Add d(loss)/dw to `gradients`; return the loss, in summed nats, and the number of predictions.

        `state` is overwritten by that at the end of the batch. No gradient flows back into it: this is
        backpropagation through time truncated to the T steps of a batch. What the batch tells of averages is
        written where `gradients` has them. `generator` draws the dropout.

        Equation: loss = -Σ_tb mask_tb log P(targets_tb | all that stream b has read up to ids_tb)
        Source:   Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of
                  recurrent network trajectories" (truncation)
        """
        p, of_head = self.parameters, workspace.scope("output")
        h, cache = self.encoder.forward(p, self._read(batch), state, workspace, generator)
        loss, dh = self.head.loss_and_grad(p, gradients, h, batch.targets, batch.mask, of_head)
        self.encoder.backward(p, gradients, dh, cache, workspace)
        return loss, int(np.count_nonzero(batch.mask))

    def loss(self, batch: Batch, state: Floats, workspace: Workspace) -> tuple[float, int]:
        """The loss in summed nats and the number of predictions, without dropout and without gradients.

        Batch normalisation uses the averages; `state` is overwritten by that at the end of the batch.
        """
        h, of_head = self.hidden(self._read(batch), state, workspace), workspace.scope("output")
        loss = self.head.loss(self.parameters, h, batch.targets, batch.mask, of_head)
        return loss, int(np.count_nonzero(batch.mask))

    def hidden(self, ids: Ids, state: Floats, workspace: Workspace) -> Floats:
        """What the head gets, without dropout; moves `state`.

        Shapes: ids (T, B), or (T + 1, B) where the encoder looks ahead -> (T, B, F)
        """
        return self.encoder.forward(self.parameters, ids, state, workspace)[0]

    def _read(self, batch: Batch) -> Ids:
        """The tokens that the encoder reads."""
        return np.concatenate((batch.ids, batch.targets[-1:])) if self.encoder.looks_ahead else batch.ids


def parameter_count(config: NetworkConfig, vocabulary_size: int) -> int:
    """How many parameters a network of these settings has, told without making it. Raises: InputError."""
    encoder = make_encoder(config)
    head = make_head(config, vocabulary_size, encoder.width)
    return sum(map(math.prod, _shapes(config, vocabulary_size, encoder, head).values()))


def _shapes(
    config: NetworkConfig, vocabulary_size: int, encoder: Encoder, head: Head
) -> dict[str, tuple[int, ...]]:
    return {"E": (vocabulary_size, config.embed_dim)} | encoder.shapes() | head.shapes()
