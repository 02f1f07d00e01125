"""The head for large vocabularies: frequent tokens in full width, clusters of rarer ones in less."""

from __future__ import annotations

import numpy as np

from nlp.errors import InputError
from nlp.layers.adaptive_softmax import (
    adaptive_cross_entropy,
    adaptive_log_probabilities,
    adaptive_loss,
    adaptive_shapes,
    default_cutoffs,
)
from nlp.layers.arrays import Floats, Ids
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.heads.head import Head


class AdaptiveHead(Head):
    """Frequent tokens are scored in full, clusters of rarer ones from narrow vectors: an adaptive softmax.

    Shapes: the tensors of `adaptive_shapes`, under `output`
    Source: Grave, Joulin, Cissé, Grangier & Jégou 2017, "Efficient softmax approximation for GPUs"
    """

    def __init__(self, size: int, inputs: int) -> None:
        """Score V = `size` tokens from vectors of F = `inputs` numbers.

        Raises: InputError where the vocabulary is too small for clusters
        """
        self.size, self._inputs, self._cutoffs = size, inputs, default_cutoffs(size)
        if not self._cutoffs:
            raise InputError(
                f"softmax 'adaptive' is for large vocabularies, and this one has {size} tokens; use 'full'"
            )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of the head and of its clusters."""
        of_layer = adaptive_shapes(self._inputs, self.size, self._cutoffs)
        return {f"output.{name}": shape for name, shape in of_layer.items()}

    def loss_and_grad(
        self, p: Parameters, grad: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace
    ) -> tuple[float, Floats]:
        """Add d(loss)/dw to `grad`; return the loss in nats, summed over unmasked places, and d(loss)/dh.

        Shapes: h (T, B, F); targets, mask (T, B) -> a float, dh (T, B, F), a buffer of `workspace`
        """
        tensors, gradients, loss = p.scope("output"), grad.scope("output"), 0.0
        dh = workspace("dh", *h.shape)
        flat, of_rows = h.reshape(-1, self._inputs), dh.reshape(-1, self._inputs)
        for rows in self.blocks(targets.size):
            of_block, of_rows[rows] = adaptive_cross_entropy(
                tensors, gradients, flat[rows], targets.reshape(-1)[rows], mask.reshape(-1)[rows], workspace
            )
            loss += of_block
        return loss, dh

    def loss(self, p: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace) -> float:
        """The loss in nats alone, summed. Shapes: h (T, B, F); targets, mask (T, B)."""
        tensors, flat, loss = p.scope("output"), h.reshape(-1, self._inputs), 0.0
        for rows in self.blocks(targets.size):
            of_rows = targets.reshape(-1)[rows], mask.reshape(-1)[rows]
            loss += adaptive_loss(tensors, flat[rows], *of_rows, workspace)
        return loss

    def log_probabilities(self, p: Parameters, h: Floats, workspace: Workspace) -> Floats:
        """Log-probabilities of every token in nats. Shapes: h (N, F) -> (N, V), a buffer of `workspace`."""
        return adaptive_log_probabilities(p.scope("output"), h, workspace)

    def log_probabilities_of(self, p: Parameters, h: Floats, targets: Ids, workspace: Workspace) -> Floats:
        """Log-probabilities of the targets alone, in nats. Shapes: h (T, B, F), targets (T, B) -> (T, B)."""
        y, flat = np.empty(targets.shape, h.dtype), h.reshape(-1, self._inputs)
        for rows in self.blocks(targets.size):
            of_all = self.log_probabilities(p, flat[rows], workspace)
            y.reshape(-1)[rows] = of_all[np.arange(len(of_all)), targets.reshape(-1)[rows]]
        return y
