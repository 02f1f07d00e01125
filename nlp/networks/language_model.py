"""The recurrent language model: embedding, a stack of cells, and the softmax of the next token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.layers.parameters import Parameters
from nlp.networks.output_layer import make_output
from nlp.networks.recurrent_stack import RecurrentStack, initialize_

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.data.batches import Batch
    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.workspace import Workspace
    from nlp.networks.config import LanguageModelConfig


class LanguageModel:
    """P(next token | all tokens before it), by a stack of recurrent layers.

    Equation: h_t = stack(E[id_t], state_{t-1});   P(id_{t+1}) = softmax(W h_t + b)
    Shapes:   E (V, D); the layers `forward.0` … as their cell has them; the output layer's W (V, H), which is
              E itself where the model is tied, and b (V,); the state (L S, B, H), see `RecurrentStack`
    Source:   Mikolov et al. 2010, "Recurrent neural network based language model"; Zaremba, Sutskever &
              Vinyals 2014, "Recurrent neural network regularization"
    """

    def __init__(
        self,
        config: LanguageModelConfig,
        vocabulary_size: int,
        *,
        dtype: npt.DTypeLike = np.float32,
        parameters: Floats | None = None,
        statistics: Floats | None = None,
    ) -> None:
        """Lay the model over flat vectors, or over zeros. Raises: ValueError if they are of another size."""
        self.config, self.vocabulary_size = config, vocabulary_size
        self.stack = RecurrentStack(config, "forward")
        self.output = make_output(config, vocabulary_size, config.hidden)
        embedding = {"E": (vocabulary_size, config.embed_dim)}
        shapes = embedding | self.stack.shapes() | self.output.shapes()
        self.parameters = Parameters(shapes, dtype, parameters)
        self.statistics = Parameters(self.stack.statistics_shapes(), dtype, statistics)

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw every weight: see `recurrent_stack.initialize_`."""
        initialize_(self.parameters, self.config, generator)
        self.stack.initialize_normalisation_(self.parameters, self.statistics)

    def new_state(self, batch: int) -> Floats:
        """Zeros: nothing has been read."""
        return self.stack.new_state(batch, self.parameters.flat.dtype)

    def loss_and_grad(
        self,
        batch: Batch,
        state: Floats,
        gradients: Parameters,
        observed: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, int]:
        """See `SequenceModel`."""
        p, ids = self.parameters, batch.ids
        h, done = self.stack.forward(
            p, ids, state, workspace, generator, statistics=self.statistics, observed=observed
        )
        flat, targets, mask = h.reshape(ids.size, -1), batch.targets.reshape(-1), batch.mask.reshape(-1)
        loss, dh = self.output.loss_and_grad(p, gradients, flat, targets, mask, workspace.scope("output"))
        self.stack.backward(p, gradients, dh.reshape(h.shape), done, workspace)
        return loss, int(np.count_nonzero(mask))

    def loss(self, batch: Batch, state: Floats, workspace: Workspace) -> tuple[float, int]:
        """See `SequenceModel`."""
        h = self.hidden(batch.ids, state, workspace).reshape(batch.ids.size, -1)
        targets, mask = batch.targets.reshape(-1), batch.mask.reshape(-1)
        loss = self.output.loss(self.parameters, h, targets, mask, workspace.scope("output"))
        return loss, int(np.count_nonzero(mask))

    def hidden(self, ids: Ids, state: Floats, workspace: Workspace) -> Floats:
        """The output of the stack, without dropout; moves `state`. Shapes: ids (T, B) -> (T, B, H)."""
        h, _ = self.stack.forward(self.parameters, ids, state, workspace, statistics=self.statistics)
        return h
