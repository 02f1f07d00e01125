"""What a network knows of its head: from the encoder's vectors to probabilities, and the loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from nlp.layers.arrays import Floats, Ids
from nlp.layers.parameters import Parameters
from nlp.layers.softmax import row_blocks
from nlp.layers.workspace import Workspace


class Head(Protocol):
    """P(token | the encoder's vector), one prediction at each place of a batch.

    Scores of a whole batch, places times vocabulary, may be more than fits in memory: they are computed for
    some of the places at a time.

    Attributes: `size` V, tokens to choose from; `scores_at_once`, how many scores are in memory at a time.
    """

    size: int
    scores_at_once: int = 1 << 25  # 128 MB of float32

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of the head, without those that belong to the embedding."""

    def loss_and_grad(
        self, p: Parameters, grad: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace
    ) -> tuple[float, Floats]:
        """Add d(loss)/dw to `grad`; return the loss in nats, summed over unmasked places, and d(loss)/dh.

        Shapes: h (T, B, F); targets, mask (T, B), 0 or 1 -> a float, dh (T, B, F), a buffer of `workspace`
        """

    def loss(self, p: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace) -> float:
        """The loss in nats alone, summed. Shapes: h (T, B, F); targets, mask (T, B)."""

    def log_probabilities(self, p: Parameters, h: Floats, workspace: Workspace) -> Floats:
        """Log-probabilities of every token, in nats.

        Shapes: h (N, F), few enough rows for their scores to fit in memory -> (N, V), a buffer of `workspace`
        """

    def log_probabilities_of(self, p: Parameters, h: Floats, targets: Ids, workspace: Workspace) -> Floats:
        """Log-probabilities of the targets alone, in nats. Shapes: h (T, B, F), targets (T, B) -> (T, B)."""

    def blocks(self, rows: int) -> Iterator[slice]:
        """Slices of so many rows whose scores fit in memory together."""
        return row_blocks(rows, self.size, self.scores_at_once)
