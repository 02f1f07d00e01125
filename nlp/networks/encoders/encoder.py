"""What a network knows of its encoder: from the tokens of a text to a vector at each place."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace


class Encoder(Protocol):
    """Vectors for the head, made of the rows of the embedding `E` that a text consists of.

    Attributes: `width` F, numbers of a vector; `looks_ahead`, whether it also reads the last token to be
    predicted, behind the others; `inputs`, the n in the range ±1/√n from which first weights are drawn (None:
    the number of inputs of each matrix).
    """

    width: int
    looks_ahead: bool = False
    inputs: int | None = None

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of the encoder; the embedding is the network's."""

    def averaged_shapes(self) -> dict[str, tuple[int, ...]]:
        """Its tensors that training averages over batches; mostly none."""
        return {}

    def initialize_(self, p: Parameters) -> None:  # noqa: ARG002 - for encoders that have such tensors
        """Set the tensors that start at certain values, after all weights were drawn; mostly none."""
        return

    def new_state(self, batch: int, dtype: np.dtype[Any]) -> Floats:
        """What is carried from batch to batch, as it is at the start of B streams: (…, B, …)."""

    def forward(
        self,
        p: Parameters,
        ids: Ids,
        state: Floats,
        workspace: Workspace,
        generator: np.random.Generator | None = None,
    ) -> tuple[Floats, Any]:
        """Read on from `state`, which is moved.

        In training there is a `generator`: dropout is drawn from it, and batches are normalised by their own
        moments.

        Shapes: ids (T, B), or (T + 1, B) for an encoder that looks ahead -> h (T, B, F), a buffer of
                `workspace` that must not be written, and what `backward` needs
        """

    def backward(self, p: Parameters, grad: Parameters, dh: Floats, cache: Any, workspace: Workspace) -> None:
        """Add the gradients of the encoder and of the embedding; dh (T, B, F) is overwritten."""
