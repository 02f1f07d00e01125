"""How a recurrent decoder looks at the source: attention outside the recurrence, in two forms.

Both look from the states of all steps at once, and what they find goes into the prediction alone. They differ
in the score of a place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from nlp.layers.additive_attention import additive_attention_backward, additive_attention_forward
from nlp.layers.arrays import Floats
from nlp.layers.attention import attention_backward, attention_forward
from nlp.layers.dense import dense_backward
from nlp.layers.parameters import Parameters, Shapes
from nlp.layers.workspace import Workspace
from nlp.translation.config import ADDITIVE, DOT
from nlp.translation.network import Memory


class Found(NamedTuple):
    """What looking finds.

    Attributes: `context` (B, T, 2H), the mean of places; `weights` (B, T, S), theirs; `cache`, for the way
    back.
    """

    context: Floats
    weights: Floats
    cache: Any


class Looking(ABC):
    """One form of attention of states s (T, B, H) to the places h̄ (S, B, 2H) of sources.

    Equation: a_t = softmax_s(score(s_t, h̄_s));   c_t = Σ_s a_ts h̄_s
    """

    def __init__(self, hidden: int) -> None:
        self._hidden, self._width = hidden, 2 * hidden

    @abstractmethod
    def shapes(self) -> Shapes:
        """The tensors of the score."""

    def remember(self, p: Parameters, h: Floats, workspace: Workspace) -> Floats:  # noqa: ARG002  some do
        """What the memory keeps of places h (S, B, 2H): (S, B, …), they themselves first."""
        return h

    def remember_back(
        self,
        p: Parameters,  # noqa: ARG002  some do
        g: Parameters,  # noqa: ARG002
        d_memory: Floats,
        memory: Floats,  # noqa: ARG002
        workspace: Workspace,  # noqa: ARG002
    ) -> Floats:
        """Return the gradient of places, from that of what the memory keeps of them."""
        return d_memory

    @abstractmethod
    def forward(self, p: Parameters, s: Floats, memory: Memory, workspace: Workspace) -> Found:
        """Look at the memory from states s (T, B, H)."""

    @abstractmethod
    def backward(
        self,
        p: Parameters,
        g: Parameters,
        d_context: Floats,
        ds: Floats,
        s: Floats,
        found: Found,
        workspace: Workspace,
    ) -> Floats:
        """Add to the gradient of states, `ds` (T, B, H); return that of what the memory keeps.

        Shapes: d_context (B, T, 2H)
        """


class DotLooking(Looking):
    """The score is a product of the state and the place.

    Equation: score = s_tᵀ W_score h̄_s
    Shapes:   W_score (H, 2H)
    Source:   Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine
              translation", §3.1 (score "general")
    """

    def shapes(self) -> Shapes:
        """The matrix between a state and a place."""
        return {"score.W": (self._hidden, self._width)}

    def forward(self, p: Parameters, s: Floats, memory: Memory, workspace: Workspace) -> Found:
        """Three products for a whole batch."""
        q = workspace("q", *s.shape[:2], self._width)
        np.matmul(s.reshape(-1, self._hidden), p["score.W"], out=q.reshape(-1, self._width))
        keys = memory.h.swapaxes(0, 1)[:, None]
        by_head = q.swapaxes(0, 1)[:, None]
        out, attended = attention_forward(by_head, keys, keys, memory.bias, workspace, scale=1)
        return Found(out[:, :, 0], attended.weights[:, 0], attended)

    def backward(
        self,
        p: Parameters,
        g: Parameters,
        d_context: Floats,
        ds: Floats,
        s: Floats,
        found: Found,
        workspace: Workspace,
    ) -> Floats:
        """Places are both keys and values."""
        places, attended = found.weights.shape[2], found.cache
        dq = workspace("dq", *s.shape[:2], self._width)
        d_keys, d_values = (
            workspace(name, places, s.shape[1], self._width) for name in ("d_keys", "d_values")
        )
        parts = [part.swapaxes(0, 1)[:, None] for part in (dq, d_keys, d_values)]
        attention_backward(d_context[:, :, None], attended, parts[0], parts[1], parts[2], workspace)
        _times_back(p, g, "score", dq, s, ds, workspace)
        d_keys += d_values
        return d_keys


class AdditiveLooking(Looking):
    """The score is what a layer of H units makes of the state and the place together.

    In Bahdanau's network the state that looks is the one before the step, s_{t-1}, and what it finds goes
    into the step. Here it is s_t, and what it finds goes into the prediction alone, as in Luong's.

    Equation: score = v · tanh(W_query s_t + W_key h̄_s)
    Shapes:   W_query (H, H), W_key (2H, H), v (H,); the memory keeps [h̄; W_key h̄] (S, B, 3H)
    Source:   Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine
              translation", §3.1 (score "concat"); the score is that of Bahdanau, Cho & Bengio 2015, "Neural
              machine translation by jointly learning to align and translate", §A.1.2
    """

    def shapes(self) -> Shapes:
        """What reads a state, what reads a place, and the vector that their sum is compared with."""
        H = self._hidden
        return {"query.W": (H, H), "key.W": (self._width, H), "score.v": (H,)}

    def remember(self, p: Parameters, h: Floats, workspace: Workspace) -> Floats:
        """Keys are made once for a source, not at every step of its target."""
        places = h.reshape(-1, self._width)
        memory = workspace("memory", len(places), self._width + self._hidden)
        memory[:, : self._width] = places
        np.matmul(places, p["key.W"], out=memory[:, self._width :])
        return memory.reshape(*h.shape[:2], -1)

    def remember_back(
        self, p: Parameters, g: Parameters, d_memory: Floats, memory: Floats, workspace: Workspace
    ) -> Floats:
        """Through the keys to the places."""
        d_places, d_keys = d_memory[..., : self._width], d_memory[..., self._width :]
        dh = workspace("dh", *d_places.shape)
        dh[...] = d_places
        _times_back(p, g, "key", d_keys, memory[..., : self._width], dh, workspace)
        return dh

    def forward(self, p: Parameters, s: Floats, memory: Memory, workspace: Workspace) -> Found:
        """A layer for every pair of a state and a place."""
        q = workspace("q", *s.shape)
        np.matmul(s.reshape(-1, self._hidden), p["query.W"], out=q.reshape(-1, self._hidden))
        known = memory.h.swapaxes(0, 1)
        values, keys = known[..., : self._width], known[..., self._width :]
        score, bias = p.scope("score"), memory.bias[:, 0]
        out, attended = additive_attention_forward(score, q.swapaxes(0, 1), keys, values, bias, workspace)
        return Found(out, attended.weights, attended)

    def backward(
        self,
        p: Parameters,
        g: Parameters,
        d_context: Floats,
        ds: Floats,
        s: Floats,
        found: Found,
        workspace: Workspace,
    ) -> Floats:
        """The gradient of keys beside that of places."""
        dq = workspace("dq", *s.shape)
        d_memory = workspace("d_memory", found.weights.shape[2], s.shape[1], self._width + self._hidden)
        d_known = d_memory.swapaxes(0, 1)
        d_values, d_keys = d_known[..., : self._width], d_known[..., self._width :]
        tensors, by_text = (p.scope("score"), g.scope("score")), dq.swapaxes(0, 1)
        additive_attention_backward(*tensors, d_context, found.cache, by_text, d_keys, d_values, workspace)
        _times_back(p, g, "query", dq, s, ds, workspace)
        return d_memory


LOOKING: Mapping[str, type[Looking]] = {DOT: DotLooking, ADDITIVE: AdditiveLooking}
"""Every form by its name."""


def _times_back(
    p: Parameters, g: Parameters, name: str, dy: Floats, x: Floats, dx: Floats, workspace: Workspace
) -> None:
    """Add to `g` and to dx the gradients of y = x W, W the tensor `name`.W; dy and x of any stride."""
    rows, inputs = dy.reshape(-1, dy.shape[2]), x.reshape(-1, x.shape[2])
    dx += dense_backward(p.scope(name), g.scope(name), rows, inputs, workspace.scope(name)).reshape(dx.shape)
