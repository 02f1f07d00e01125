"""What training and evaluation know of a language model: a batch of text, its loss, and the gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from nlp.data.batches import Batch
    from nlp.layers.arrays import Floats
    from nlp.layers.parameters import Parameters
    from nlp.layers.workspace import Workspace


class SequenceModel(Protocol):
    """Parameters, and a loss over batches with its gradient.

    Attributes: `parameters`, which training moves; `statistics`, which it averages (the running means and
    variances of batch normalisation; without any, a vector of length 0).
    """

    parameters: Parameters
    statistics: Parameters

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw the parameters that a training starts from."""

    def new_state(self, batch: int) -> Floats:
        """What is carried from batch to batch, as it is at the start of B streams; of any shape."""

    def loss_and_grad(
        self,
        batch: Batch,
        state: Floats,
        gradients: Parameters,
        observed: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, int]:
        """Add d(loss)/dw to `gradients`; return the loss, in summed nats, and the number of predictions.

        `state` is overwritten by that at the end of the batch. No gradient flows back into it: this is
        backpropagation through time truncated to the T steps of a batch. What the batch tells of `statistics`
        is written over `observed`. `generator` draws the dropout.

        Equation: loss = -Σ_tb mask_tb log P(targets_tb | all that stream b has read up to ids_tb)
        Source:   Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of
                  recurrent network trajectories" (truncation)
        """

    def loss(self, batch: Batch, state: Floats, workspace: Workspace) -> tuple[float, int]:
        """The loss in summed nats and the number of predictions, without dropout and without gradients.

        Batch normalisation uses `statistics`; `state` is overwritten by that at the end of the batch.
        """
