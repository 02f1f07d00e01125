"""What training and evaluation know of a language model, whichever cells it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.parameters import Parameters
    from nlp.layers.workspace import Workspace


@dataclass(frozen=True)
class Batch:
    """T consecutive tokens of each of B streams, time-major.

    Attributes: `ids` (T, B), what is read; `targets` (T, B), what is to be predicted after it; `mask` (T, B),
    1 where a prediction counts, 0 behind the end of a stream.
    """

    ids: Ids
    targets: Ids
    mask: Floats


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
        """Add d(loss)/dw to `gradients`, loss being summed nats; return it and the number of predictions.

        `state` is overwritten by that at the end of the batch, through which no gradient flows back. What the
        batch tells of `statistics` is written over `observed`. `generator` draws the dropout.
        """

    def loss(self, batch: Batch, state: Floats, workspace: Workspace) -> tuple[float, int]:
        """Summed nats and number of predictions, without dropout, by the statistics kept; moves `state`."""
