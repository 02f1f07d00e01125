"""Multi-head attention with its projections: of a sequence to itself, and of one sequence to another."""

from __future__ import annotations

from typing import NamedTuple

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.attention import (
    Attended,
    Banded,
    attention_backward,
    attention_forward,
    banded_attention_backward,
    banded_attention_forward,
    heads_of,
)
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.rotary import Turns, rotary_
from nlp.layers.workspace import Workspace


class SelfAttended(NamedTuple):
    """What `self_attention_forward` leaves for the way back.

    Attributes: `x` (B, T, D); `out` (B, T, H, d), what all heads found; how it was `attended`, in blocks or
    at once; `turns` of the T queries and of the T keys, if there are any.
    """

    x: Floats
    out: Floats
    attended: Attended | list[Banded]
    turns: tuple[Turns, Turns] | None


class CrossAttended(NamedTuple):
    """What `cross_attention_forward` leaves: `x` (B, T, D), `source` (B, S, D) and what is `attended`."""

    x: Floats
    source: Floats
    attended: Attended


def self_attention_shapes(width: int) -> dict[str, tuple[int, ...]]:
    """`QKV` (D, 3D), which makes queries, keys and values in one product, and `O` (D, D) of the output."""
    return {"QKV": (width, 3 * width), "O": (width, width)}


def cross_attention_shapes(width: int) -> dict[str, tuple[int, ...]]:
    """`Q` (D, D) of the queries, `KV` (D, 2D) of keys and values of the source, and `O` (D, D)."""
    return {"Q": (width, width), "KV": (width, 2 * width), "O": (width, width)}


def self_attention_forward(
    p: Tensors,
    x: Floats,
    heads: int,
    bias: Floats | None,
    workspace: Workspace,
    *,
    turns: Turns | None = None,
    memory: Floats | None = None,
    reach: int | None = None,
) -> tuple[Floats, SelfAttended]:
    """Let every place look at the places of its own sequence, as far as `bias` lets it.

    With `turns`, queries and keys are turned by where they stand. `memory` has the keys and values, not yet
    turned, of M places before these, which are seen too; it is moved on to the last M places of all. Where
    the bias lets a place see only the last `reach` up to itself, saying so saves the others' scores.

    Equation: [q_t; k_t; v_t] = x_t QKV;   y = [head_1; …; head_H] O,   head_h as `attention_forward` has it
    Shapes:   x (B, T, D); bias broadcast to (B, H, T, M + T), with `reach` (…, T, M + T); turns
              (M + T, D / H / 2); memory (B, M, 2, D) -> y (B, T, D), a buffer of `workspace`
    Source:   Vaswani et al. 2017, "Attention is all you need", §3.2.2; Dai, Yang, Yang, Carbonell, Le &
              Salakhutdinov 2019, "Transformer-XL: attentive language models beyond a fixed-length context",
              §3.2 (memory)
    """
    batch, steps, width = x.shape
    flat = dense_forward({"W": p["QKV"]}, x.reshape(-1, width), workspace.scope("qkv"))
    qkv = flat.reshape(batch, steps, 3, heads, -1)
    earlier = 0 if memory is None else memory.shape[1]
    keys_and_values = qkv[:, :, 1:]
    if memory is not None:
        keys_and_values = workspace("kv", batch, earlier + steps, 2, heads, width // heads)
        as_kept = keys_and_values.reshape(batch, earlier + steps, 2, width)
        as_kept[:, :earlier] = memory
        as_kept[:, earlier:] = flat.reshape(batch, steps, 3, width)[:, :, 1:]
        memory[...] = as_kept[:, steps:]
    here, scale = None, None
    if turns is not None:
        # The scale of the scores comes with the turns of the queries, at no cost.
        scale, of_places = 1.0, turns[earlier:]
        here = of_places * of_places.real.dtype.type((width // heads) ** -0.5), of_places
        rotary_(qkv[:, :, 0], here[0])
        rotary_(keys_and_values[:, :, 0], turns)
    q, k, v = (
        part.swapaxes(1, 2) for part in (qkv[:, :, 0], keys_and_values[:, :, 0], keys_and_values[:, :, 1])
    )
    attended: Attended | list[Banded]
    if bias is None or reach is None:
        out, attended = attention_forward(q, k, v, bias, workspace, scale=scale)
    else:
        out, attended = banded_attention_forward(q, k, v, bias, reach, workspace, scale=scale)
    y = dense_forward({"W": p["O"]}, out.reshape(-1, width), workspace.scope("out"))
    return y.reshape(x.shape), SelfAttended(x, out, attended, here)


def self_attention_backward(
    p: Tensors, grad: Tensors, dy: Floats, cache: SelfAttended, workspace: Workspace
) -> Floats:
    """Add the gradients of the parameters to `grad`; return that of x. What memory had is taken as given.

    Shapes: dy (B, T, D) -> dx (B, T, D), a buffer of `workspace`
    """
    x, out, attended, turns = cache
    batch, steps, width = x.shape
    d_out = _through_output(p, grad, dy, out, workspace)
    d_qkv = workspace("d_qkv", batch, steps, 3 * width)
    heads = out.shape[2]
    dq, dk, dv = heads_of(d_qkv, 3, heads)
    if isinstance(attended, Attended):
        attention_backward(d_out, attended, dq, dk, dv, workspace)
    else:
        banded_attention_backward(d_out, attended, dq, dk, dv, workspace)
    for part, of_part in enumerate(turns or ()):
        rotary_(d_qkv.reshape(batch, steps, 3, heads, -1)[:, :, part], of_part.conj())
    flat = d_qkv.reshape(-1, 3 * width), x.reshape(-1, width), workspace.scope("qkv")
    return dense_backward({"W": p["QKV"]}, {"W": grad["QKV"]}, *flat).reshape(x.shape)


def cross_attention_forward(
    p: Tensors, x: Floats, source: Floats, heads: int, bias: Floats | None, workspace: Workspace
) -> tuple[Floats, CrossAttended]:
    """Let every place of x look at the places of another sequence, as far as `bias` lets it.

    Equation: q_t = x_t Q;   [k_s; v_s] = source_s KV;   y = [head_1; …; head_H] O
    Shapes:   x (B, T, D); source (B, S, D); bias broadcast to (B, H, T, S) -> y (B, T, D), a buffer of
              `workspace`
    Source:   Vaswani et al. 2017, "Attention is all you need", §3.2.3
    """
    width = x.shape[2]
    of_x = dense_forward({"W": p["Q"]}, x.reshape(-1, width), workspace.scope("q"))
    of_source = dense_forward({"W": p["KV"]}, source.reshape(-1, width), workspace.scope("kv"))
    (q,) = heads_of(of_x.reshape(x.shape), 1, heads)
    k, v = heads_of(of_source.reshape(*source.shape[:2], -1), 2, heads)
    out, attended = attention_forward(q, k, v, bias, workspace)
    y = dense_forward({"W": p["O"]}, out.reshape(-1, width), workspace.scope("out"))
    return y.reshape(x.shape), CrossAttended(x, source, attended)


def cross_attention_backward(
    p: Tensors, grad: Tensors, dy: Floats, cache: CrossAttended, workspace: Workspace
) -> tuple[Floats, Floats]:
    """Add the gradients of the parameters to `grad`; return those of x and of the source.

    Shapes: dy (B, T, D) -> dx (B, T, D), d_source (B, S, D), buffers of `workspace`
    """
    x, source, attended = cache
    d_out = _through_output(p, grad, dy, attended.out, workspace)
    width, heads = x.shape[2], attended.q.shape[1]
    of_q, of_kv = workspace("of_q", *x.shape), workspace("of_kv", *source.shape[:2], 2 * width)
    (dq,), (dk, dv) = heads_of(of_q, 1, heads), heads_of(of_kv, 2, heads)
    attention_backward(d_out, attended, dq, dk, dv, workspace)
    to_x = of_q.reshape(-1, width), x.reshape(-1, width), workspace.scope("q")
    to_source = of_kv.reshape(-1, 2 * width), source.reshape(-1, width), workspace.scope("kv")
    dx = dense_backward({"W": p["Q"]}, {"W": grad["Q"]}, *to_x)
    d_source = dense_backward({"W": p["KV"]}, {"W": grad["KV"]}, *to_source)
    return dx.reshape(x.shape), d_source.reshape(source.shape)


def _through_output(p: Tensors, grad: Tensors, dy: Floats, out: Floats, workspace: Workspace) -> Floats:
    """The gradient of what the heads found, from that of the output: (B, T, D) -> (B, T, H, d)."""
    width = dy.shape[2]
    flat = dy.reshape(-1, width), out.reshape(-1, width), workspace.scope("out")
    d_out = dense_backward({"W": p["O"]}, {"W": grad["O"]}, *flat)
    return d_out.reshape(out.shape)
