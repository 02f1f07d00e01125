"""The head that scores whole sequences of labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids
from nlp.layers.crf import crf_loss_and_grad, crf_shapes
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace

Flags = npt.NDArray[np.bool_]


class CrfHead:
    """P(labels of a sentence | the encoder's vectors), a linear-chain conditional random field.

    What a scheme of labels forbids has the score -inf: its probability is 0, and it is never learnt.

    Equation: scores_t = W h_t + b; see `crf_loss_and_grad`
    Shapes:   output.W (F, K), output.b (K,); chain.transitions (K, K), chain.start (K,), chain.end (K,)
    Source:   Huang, Xu & Yu 2015, "Bidirectional LSTM-CRF models for sequence tagging", §2.5

    Attributes: `allowed` (K, K), whether label i may be followed by j; `first` and `last` (K,), whether a
    label may be that of a first place, or of a last one.
    """

    def __init__(self, inputs: int, allowed: Flags, first: Flags, last: Flags) -> None:
        self.inputs, self.allowed, self.first, self.last = inputs, allowed, first, last

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of the head."""
        labels = len(self.allowed)
        of_chain = {f"chain.{name}": shape for name, shape in crf_shapes(labels).items()}
        return {"output.W": (self.inputs, labels), "output.b": (labels,), **of_chain}

    def loss_and_grad(
        self,
        p: Parameters,
        grad: Parameters,
        h: Floats,
        labels: Ids,
        active: Sequence[int],
        workspace: Workspace,
        further: Floats | None = None,
    ) -> tuple[float, Floats]:
        """Add d(loss)/dw to `grad`; return the loss in summed nats, and d(loss)/dh.

        `further` scores of the labels are added to those of the head, and overwritten with their gradient.

        Shapes: h (T, B, F); labels (T, B); further (T, B, K) -> a float, dh (T, B, F), a buffer of
                `workspace`
        """
        z = self.scores(p, h, workspace)
        if further is not None:
            z += further
        loss = crf_loss_and_grad(self.chain(p), grad.scope("chain"), z, labels, active, workspace)
        if further is not None:
            further[...] = z
        dz, flat = z.reshape(-1, z.shape[2]), h.reshape(-1, self.inputs)
        dh = dense_backward(p.scope("output"), grad.scope("output"), dz, flat, workspace)
        return loss, dh.reshape(h.shape)

    def scores(self, p: Parameters, h: Floats, workspace: Workspace) -> Floats:
        """The score of each label at each place alone: (T, B, F) -> (T, B, K), a buffer of `workspace`."""
        z = dense_forward(p.scope("output"), h.reshape(-1, self.inputs), workspace)
        return z.reshape(*h.shape[:2], -1)

    def chain(self, p: Parameters) -> dict[str, npt.NDArray[Any]]:
        """The scores of transitions, of first and of last labels, with -inf for what is forbidden."""
        rules = {"transitions": self.allowed, "start": self.first, "end": self.last}
        never = p.flat.dtype.type(-np.inf)
        return {name: np.where(may, p[f"chain.{name}"], never) for name, may in rules.items()}
