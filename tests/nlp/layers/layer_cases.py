"""Every layer in one form: tensors, a loss that reads them, and the gradients that it claims of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.layers.adaptive_softmax import adaptive_cross_entropy, adaptive_shapes
from nlp.layers.additive_attention import additive_attention_backward, additive_attention_forward
from nlp.layers.attention import (
    attention_backward,
    attention_forward,
    causal_bias,
    heads_of,
    padding_bias,
)
from nlp.layers.both_ways import both_ways_backward, both_ways_forward
from nlp.layers.cells import CELLS as TABLE
from nlp.layers.crf import crf_loss_and_grad, crf_shapes
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.dropout import dropout_, dropout_mask
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.feed_forward import (
    ACTIVATIONS,
    feed_forward_backward,
    feed_forward_forward,
    feed_forward_shapes,
)
from nlp.layers.layer_norm import layer_norm_backward, layer_norm_forward
from nlp.layers.multi_head import (
    cross_attention_backward,
    cross_attention_forward,
    cross_attention_shapes,
    self_attention_backward,
    self_attention_forward,
    self_attention_shapes,
)
from nlp.layers.normalised import (
    FORMS,
    normalised_backward,
    normalised_forward,
    normalised_shapes,
    statistics_shapes,
)
from nlp.layers.parameters import Parameters, Shapes
from nlp.layers.pooling import POOLS
from nlp.layers.recurrent import lookup_backward, lookup_forward, recurrent_backward, recurrent_forward
from nlp.layers.rms_norm import rms_norm_backward, rms_norm_forward
from nlp.layers.rotary import rotary_turns
from nlp.layers.softmax import cross_entropy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from nlp.layers.cells.cell import Cell
    from nlp.layers.workspace import Workspace

    Array = npt.NDArray[np.floating[Any]]
    Gradients = dict[str, Array]


@dataclass(frozen=True)
class Size:
    """Of a case: as small as it may be and still be ragged, or as large as one that shows allocations."""

    steps: int = 3
    batch: int = 6
    inputs: int = 2
    hidden: int = 3
    vocabulary: int = 4

    @property
    def active(self) -> list[int]:
        """Rows alive at each step, never few: moments of few rows bend more than differences can follow."""
        return [max(self.batch - 2, self.batch - t) for t in range(self.steps)]

    @property
    def alive(self) -> npt.NDArray[np.bool_]:
        return np.arange(self.batch) < np.array(self.active)[:, None]


@dataclass(frozen=True)
class Layer:
    """Attributes: `tensors`, all that the loss depends on; `step`, loss and gradients of a batch."""

    tensors: Mapping[str, Array]
    step: Callable[[Workspace], tuple[float, Gradients]]


class Drawn:
    """Tensors of a case, and the ids beside them, the same in every dtype."""

    def __init__(self, size: Size, dtype: npt.DTypeLike) -> None:
        self.rng, self.size, self.dtype = np.random.default_rng(5), size, dtype

    def normal(self, *shape: int, scale: float = 1.0) -> Array:
        drawn: Array = (scale * self.rng.standard_normal(shape)).astype(self.dtype)
        return drawn

    def ids(self, *shape: int) -> npt.NDArray[np.int32]:
        return self.rng.integers(0, self.size.vocabulary, shape).astype(np.int32)

    def parameters(self, shapes: Shapes, averaged: Shapes | None = None) -> Parameters:
        parameters = Parameters(shapes, self.dtype, averaged=averaged)
        parameters.flat[:] = self.normal(parameters.flat.size, scale=0.6)
        return parameters


def recurrent(cell: Cell, size: Size, dtype: npt.DTypeLike, *, lookup: bool, reverse: bool) -> Layer:
    drawn, active = Drawn(size, dtype), size.active
    embedding: dict[str, tuple[int, ...]] = {"E": (size.vocabulary, size.inputs)} if lookup else {}
    parameters = drawn.parameters(cell.shapes(size.inputs, size.hidden) | embedding)
    gradients = parameters.like()
    x, ids = drawn.normal(size.steps, size.batch, size.inputs), drawn.ids(size.steps, size.batch)
    start = drawn.normal(cell.states, size.batch, size.hidden)
    to_h = drawn.normal(size.steps, size.batch, size.hidden)
    to_end = drawn.normal(*start.shape)
    p, grad = parameters.views(), gradients.views()
    end, d_state, d_h = start.copy(), start.copy(), to_h * size.alive[..., None]

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        end[...], d_state[...] = start, to_end
        if lookup:
            h, ids_cache = lookup_forward(
                cell, p, p["E"], ids, end, workspace, active=active, reverse=reverse
            )
            loss = float(np.vdot(h, d_h) + np.vdot(end, to_end))
            lookup_backward(cell, p, p["E"], grad, grad["E"], to_h, ids_cache, workspace, d_state=d_state)
            return loss, {**grad, "start": d_state}
        h, cache = recurrent_forward(cell, p, x, end, workspace, active=active, reverse=reverse)
        loss = float(np.vdot(h, d_h) + np.vdot(end, to_end))
        dx = recurrent_backward(cell, p, grad, to_h, cache, workspace, d_state=d_state)
        return loss, {**grad, "start": d_state, "x": dx}

    return Layer({**p, "start": start} | ({} if lookup else {"x": x}), step)


def both_ways(cell: Cell, size: Size, dtype: npt.DTypeLike) -> Layer:
    drawn, active = Drawn(size, dtype), size.active
    parameters = drawn.parameters(
        {
            f"{way}.{name}": shape
            for way in ("forward", "backward")
            for name, shape in cell.shapes(size.inputs, size.hidden).items()
        }
    )
    gradients = parameters.like()
    x = drawn.normal(size.steps, size.batch, size.inputs)
    to_h = drawn.normal(size.steps, size.batch, 2 * size.hidden)
    to_ends = drawn.normal(size.batch, 2 * size.hidden)
    d_h = to_h * size.alive[..., None]
    ways, grads = ((some.scope("forward"), some.scope("backward")) for some in (parameters, gradients))
    p, grad = parameters.views(), gradients.views()
    moved = [name for name in p if size.steps > 1 or not name.endswith(".U")]  # a single place has no step

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        h, ends, cache = both_ways_forward(cell, ways, x, active, workspace)
        loss = float(np.vdot(h, d_h) + np.vdot(ends, to_ends))
        dx = both_ways_backward(cell, ways, grads, to_h, to_ends, cache, workspace)
        return loss, {**{name: grad[name] for name in moved}, "x": dx}

    return Layer({**{name: p[name] for name in moved}, "x": x}, step)


def normalised(form: str, cell: Cell, size: Size, dtype: npt.DTypeLike, *, reverse: bool) -> Layer:
    drawn, active = Drawn(size, dtype), size.active
    shapes = normalised_shapes(form, cell, size.inputs, size.hidden)
    parameters = drawn.parameters(shapes, statistics_shapes(form, cell, size.hidden, 3))
    gradients = parameters.like()
    x = drawn.normal(size.steps, size.batch, size.inputs)
    start = drawn.normal(cell.states, size.batch, size.hidden)
    to_h, to_end = drawn.normal(size.steps, size.batch, size.hidden), drawn.normal(*start.shape)
    p, grad = parameters.views(), gradients.views()
    end, d_state, d_h = start.copy(), start.copy(), to_h * size.alive[..., None]

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        end[...], d_state[...] = start, to_end
        h, cache = normalised_forward(
            cell, p, x, end, workspace, by_batch=True, active=active, reverse=reverse
        )
        loss = float(np.vdot(h, d_h) + np.vdot(end, to_end))
        dx = normalised_backward(cell, p, grad, to_h, cache, workspace, d_state=d_state)
        return loss, {**{name: grad[name] for name in shapes}, "start": d_state, "x": dx}

    return Layer({**{name: p[name] for name in shapes}, "start": start, "x": x}, step)


def dense(size: Size, dtype: npt.DTypeLike, *, tied: bool) -> Layer:
    drawn = Drawn(size, dtype)
    shape = (size.hidden, size.inputs) if tied else (size.inputs, size.hidden)
    parameters = drawn.parameters({"W": shape, "b": (size.hidden,)})
    gradients = parameters.like()
    x = drawn.normal(size.steps * size.batch, size.inputs)
    to_y = drawn.normal(len(x), size.hidden)
    p, grad = parameters.views(), gradients.views()
    if tied:
        p, grad = {**p, "W": p["W"].T}, {**grad, "W": grad["W"].T}

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        loss = float(np.vdot(dense_forward(p, x, workspace), to_y))
        return loss, {"x": dense_backward(p, grad, to_y, x, workspace), **grad}

    return Layer({**p, "x": x}, step)


def dropout(size: Size, dtype: npt.DTypeLike) -> Layer:
    drawn = Drawn(size, dtype)
    x = drawn.normal(size.steps, size.batch, size.hidden)
    to_y = drawn.normal(*x.shape)

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        mask = dropout_mask(x.shape, 0.3, np.random.default_rng(1), workspace)
        y, dy = workspace("y", *x.shape), workspace("dy", *x.shape)
        y[...], dy[...] = x, to_y
        return float(np.vdot(dropout_(y, mask), to_y)), {"x": dropout_(dy, mask)}

    return Layer({"x": x}, step)


def embedding(size: Size, dtype: npt.DTypeLike) -> Layer:
    drawn = Drawn(size, dtype)
    E, ids = drawn.normal(size.vocabulary, size.inputs), drawn.ids(size.steps * size.batch)
    to_y = drawn.normal(len(ids), size.inputs)

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        dE = workspace("dE", *E.shape)
        dE[...] = 0
        embedding_backward(dE, to_y, ids)
        return float(np.vdot(embedding_forward(E, ids), to_y)), {"E": dE}

    return Layer({"E": E}, step)


def softmax(size: Size, dtype: npt.DTypeLike) -> Layer:
    drawn = Drawn(size, dtype)
    logits = drawn.normal(size.steps * size.batch, size.vocabulary)
    targets, mask = drawn.ids(len(logits)), size.alive.reshape(-1).astype(dtype)

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        z = workspace("z", *logits.shape)
        z[...] = logits
        return cross_entropy(z, targets, mask), {"logits": z}

    return Layer({"logits": logits}, step)


def crf(size: Size, dtype: npt.DTypeLike) -> Layer:
    drawn, active, count = Drawn(size, dtype), size.active, 4  # labels, few as they are
    parameters = drawn.parameters(crf_shapes(count))
    gradients = parameters.like()
    scores, labels = drawn.normal(size.steps, size.batch, count), drawn.ids(size.steps, size.batch) % count
    p, grad = parameters.views(), gradients.views()
    moved = [name for name in p if size.steps > 1 or name != "transitions"]  # a single place has none

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        z = workspace("z", *scores.shape)
        z[...] = scores
        loss = crf_loss_and_grad(p, grad, z, labels, active, workspace)
        return loss, {**{name: grad[name] for name in moved}, "scores": z}

    return Layer({**{name: p[name] for name in moved}, "scores": scores}, step)


def pooling(name: str, size: Size, dtype: npt.DTypeLike) -> Layer:
    drawn, active, pool = Drawn(size, dtype), size.active, POOLS[name]
    width = 2 * size.hidden  # two directions
    parameters = drawn.parameters(pool.shapes(width))
    gradients = parameters.like()
    h = drawn.normal(size.steps, size.batch, width)
    to_y = drawn.normal(size.batch, width)
    p, grad = parameters.views(), gradients.views()
    # The weight of a single place is 1, whatever its score.
    moved = list(p) if size.steps > 1 else []

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        y, cache = pool.forward(p, h, active, workspace)
        loss = float(np.vdot(y, to_y))
        dh = pool.backward(p, grad, to_y, cache, workspace)
        return loss, {**{name: grad[name] for name in moved}, "h": dh}

    return Layer({**{name: p[name] for name in moved}, "h": h}, step)


def adaptive(size: Size, dtype: npt.DTypeLike) -> Layer:
    drawn = Drawn(size, dtype)
    parameters = drawn.parameters(adaptive_shapes(size.hidden, 8, (2, 5)))
    gradients = parameters.like()
    x = drawn.normal(size.steps * size.batch, size.hidden)
    targets = np.arange(len(x)) * 3 % 8  # all clusters in any five rows
    mask = size.alive.reshape(-1).astype(dtype)
    p, grad = parameters.views(), gradients.views()

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        loss, dx = adaptive_cross_entropy(p, grad, x, targets, mask, workspace)
        return loss, {**grad, "x": dx}

    return Layer({**p, "x": x}, step)


def attention(size: Size, dtype: npt.DTypeLike) -> Layer:
    """Two heads, side by side in the vectors of one array; some rows have ended."""
    drawn, places, heads = Drawn(size, dtype), size.steps + 1, 2
    q = drawn.normal(size.batch, size.steps, heads * size.hidden)
    kv = drawn.normal(size.batch, places, 2 * heads * size.hidden)
    to_y = drawn.normal(size.batch, size.steps, heads, size.hidden)
    lengths = np.arange(size.batch) % 2 + size.steps
    bias = causal_bias(size.steps, 1, dtype=dtype) + padding_bias(lengths, places, dtype)

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        (by_head,), (k, v) = heads_of(q, 1, heads), heads_of(kv, 2, heads)
        y, cache = attention_forward(by_head, k, v, bias, workspace)
        loss = float(np.vdot(y, to_y))
        of_q, of_kv = workspace("of_q", *q.shape), workspace("of_kv", *kv.shape)
        (dq,), (dk, dv) = heads_of(of_q, 1, heads), heads_of(of_kv, 2, heads)
        attention_backward(to_y, cache, dq, dk, dv, workspace)
        return loss, {"q": of_q, "kv": of_kv}

    return Layer({"q": q, "kv": kv}, step)


def additive_attention(size: Size, dtype: npt.DTypeLike) -> Layer:
    """Values beside their keys in the vectors of one array, places before texts; some rows have ended."""
    drawn, places, width = Drawn(size, dtype), size.steps + 1, size.inputs
    q = drawn.normal(size.steps, size.batch, size.hidden)
    known = drawn.normal(places, size.batch, width + size.hidden)
    to_y = drawn.normal(size.batch, size.steps, width)
    parameters = drawn.parameters({"v": (size.hidden,)})
    gradients = parameters.like()
    bias = padding_bias(np.arange(size.batch) % 2 + size.steps, places, dtype)[:, 0]
    p, grad = parameters.views(), gradients.views()

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        of_q, of_known = workspace("of_q", *q.shape), workspace("of_known", *known.shape)
        (values, keys), (d_values, d_keys) = (
            np.split(both.swapaxes(0, 1), [width], axis=2) for both in (known, of_known)
        )
        y, cache = additive_attention_forward(p, q.swapaxes(0, 1), keys, values, bias, workspace)
        loss, dq = float(np.vdot(y, to_y)), of_q.swapaxes(0, 1)
        additive_attention_backward(p, grad, to_y, cache, dq, d_keys, d_values, workspace)
        return loss, {**grad, "q": of_q, "known": of_known}

    return Layer({**p, "q": q, "known": known}, step)


def self_attention(size: Size, dtype: npt.DTypeLike) -> Layer:
    """Without earlier places a query at the only place has no other to choose, and so no gradient."""
    drawn, heads, width, earlier = Drawn(size, dtype), 2, 4 * size.hidden, 2
    parameters = drawn.parameters(self_attention_shapes(width))
    parameters.flat[:] *= 0.5
    gradients = parameters.like()
    x = drawn.normal(size.batch, size.steps, width)
    given = drawn.normal(size.batch, earlier, 2, width)
    to_y = drawn.normal(*x.shape)
    bias = causal_bias(size.steps, earlier, dtype=dtype)
    turns = rotary_turns(earlier + size.steps, width // heads, dtype)
    p, grad = parameters.views(), gradients.views()

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        memory = workspace("memory", *given.shape)
        memory[...] = given
        y, cache = self_attention_forward(p, x, heads, bias, workspace, turns=turns, memory=memory)
        loss = float(np.vdot(y, to_y))
        dx = self_attention_backward(p, grad, to_y, cache, workspace)
        return loss, {**grad, "x": dx}

    return Layer({**p, "x": x}, step)


def cross_attention(size: Size, dtype: npt.DTypeLike) -> Layer:
    drawn, places, heads, width = Drawn(size, dtype), size.steps + 2, 2, 2 * size.hidden
    parameters = drawn.parameters(cross_attention_shapes(width))
    gradients = parameters.like()
    x = drawn.normal(size.batch, size.steps, width)
    source = drawn.normal(size.batch, places, width)
    to_y = drawn.normal(*x.shape)
    bias = padding_bias(np.arange(size.batch) % 2 + size.steps + 1, places, dtype)
    p, grad = parameters.views(), gradients.views()

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        y, cache = cross_attention_forward(p, x, source, heads, bias, workspace)
        loss = float(np.vdot(y, to_y))
        dx, d_source = cross_attention_backward(p, grad, to_y, cache, workspace)
        return loss, {**grad, "x": dx, "source": d_source}

    return Layer({**p, "x": x, "source": source}, step)


def norm(size: Size, dtype: npt.DTypeLike, *, centred: bool) -> Layer:
    drawn = Drawn(size, dtype)
    shapes = {"gain": (size.hidden,)} | ({"shift": (size.hidden,)} if centred else {})
    parameters = drawn.parameters(shapes)
    gradients = parameters.like()
    x = drawn.normal(size.steps * size.batch, size.hidden)
    to_y = drawn.normal(*x.shape)
    p, grad = parameters.views(), gradients.views()
    forward, backward = (
        (layer_norm_forward, layer_norm_backward) if centred else (rms_norm_forward, rms_norm_backward)
    )

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        y, cache = forward(p, x, workspace)
        loss = float(np.vdot(y, to_y))
        return loss, {"x": backward(p, grad, to_y, cache, workspace), **grad}

    return Layer({**p, "x": x}, step)


def feed_forward(activation: str, size: Size, dtype: npt.DTypeLike, *, biases: bool) -> Layer:
    drawn = Drawn(size, dtype)
    parameters = drawn.parameters(feed_forward_shapes(size.hidden, 2 * size.hidden, biases=biases))
    gradients = parameters.like()
    x = drawn.normal(size.steps * size.batch, size.hidden)
    to_y = drawn.normal(*x.shape)
    p, grad = parameters.views(), gradients.views()

    def step(workspace: Workspace) -> tuple[float, Gradients]:
        gradients.flat[:] = 0
        y, cache = feed_forward_forward(p, x, activation, workspace)
        loss = float(np.vdot(y, to_y))
        return loss, {"x": feed_forward_backward(p, grad, to_y, cache, workspace), **grad}

    return Layer({**p, "x": x}, step)


CELLS: dict[str, Cell] = {"-".join(filter(None, name)): make() for name, make in TABLE.items()}
NORMALISED: dict[str, tuple[str, Cell]] = {  # every form with every cell that it is for
    f"{form}-normalised-{name}": (form, cell)
    for form in FORMS
    for name, cell in CELLS.items()
    if (form, name) != ("recurrent", "gru-after")
}
CASES: dict[str, Callable[[Size, npt.DTypeLike], Layer]] = {
    "dense": partial(dense, tied=False),
    "dense-tied": partial(dense, tied=True),
    "dropout": dropout,
    "embedding": embedding,
    "softmax": softmax,
    "adaptive-softmax": adaptive,
    "crf": crf,
    "attention": attention,
    "additive-attention": additive_attention,
    "self-attention-with-memory": self_attention,
    "cross-attention": cross_attention,
    "layer-norm": partial(norm, centred=True),
    "rms-norm": partial(norm, centred=False),
    **{
        f"feed-forward-{activation}{'-biases' * biases}": partial(feed_forward, activation, biases=biases)
        for activation in ACTIVATIONS
        for biases in (False, True)
    },
    **{f"pooling-{name}": partial(pooling, name) for name in POOLS},
}
for _name, _cell in CELLS.items():
    if _name != "gru-after":  # whose step reads biases too
        CASES[f"{_name}-both-ways"] = partial(both_ways, _cell)
    for _reverse in (False, True):
        _way = "backward" if _reverse else "forward"
        CASES[f"{_name}-{_way}"] = partial(recurrent, _cell, lookup=False, reverse=_reverse)
        CASES[f"lookup-{_name}-{_way}"] = partial(recurrent, _cell, lookup=True, reverse=_reverse)
for _name, (_form, _cell) in NORMALISED.items():
    for _reverse in (False, True):
        _way = "backward" if _reverse else "forward"
        CASES[f"{_name}-{_way}"] = partial(normalised, _form, _cell, reverse=_reverse)
