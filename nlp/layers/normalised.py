"""Recurrent layers with batch normalisation, in the two forms that were published.

With BN(x; γ) = γ * (x - μ) / √(σ² + ε), see `batch_norm`:

- `input` (Laurent et al. 2016) has z_t = BN(W x_t; γ_x) + U h_{t-1} + b, with μ and σ² over all steps and
  rows of a batch.
- `recurrent` (Cooijmans et al. 2016) has z_t = BN(W x_t; γ_x) + BN(U h_{t-1}; γ_u) + b, and in an LSTM
  h_t = o * tanh(BN(c_t; γ_c) + β_c), with μ and σ² of each step by itself: the first steps of a sequence are
  unlike the others. Running statistics are kept of the first few steps; those of the last one kept serve for
  all later steps.

The statistics are among the `Parameters` that training averages: on the way back, the moments of a batch are
written where other tensors get gradients. Both products share the shift b. Gradients flow through the moments
of a batch.

Source: Laurent, Pereyra, Brakel, Zhang & Bengio 2016, "Batch normalized recurrent neural networks", eq. 10;
        Cooijmans, Ballas, Laurent, Gülçehre & Courville 2016, "Recurrent batch normalization", eq. 6 to 8
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.batch_norm import Moments, normalise_, normalise_backward_, normalise_by_
from nlp.layers.cells.cell import ALL, Cell, Link
from nlp.layers.recurrent import (
    OnStep,
    Trace,
    input_gradients,
    input_products,
    new_trace,
    places_of,
    scan,
    scan_back,
    steps_of,
    transposed,
)
from nlp.layers.workspace import Workspace

FORMS = ("input", "recurrent")


@dataclass(frozen=True)
class NormalisedTrace:
    """What a normalised scan leaves for its way back.

    Attributes: `trace`, the scan's own; `x`, what normalised W x; `link`, what normalised the rest, if any.
    """

    trace: Trace[Floats]
    x: _AllSteps | _EachStep
    link: Link


def normalised_shapes(form: str, cell: Cell, inputs: int, hidden: int) -> dict[str, tuple[int, ...]]:
    """The tensors of a layer: those of its cell, and `gamma_x` (G, H).

    In the form `recurrent` also `gamma_u` (G, H), and of an LSTM `gamma_c` and `beta_c` (H,).

    Raises: ValueError if there is no such form, or not for this cell
    """
    shapes = cell.shapes(inputs, hidden) | {"gamma_x": (cell.gates, hidden)}
    if form == "input":
        return shapes
    if form != "recurrent":
        raise ValueError(f"batch normalisation {form!r} is none of {', '.join(FORMS)}")
    if "b_reset" in shapes:
        raise ValueError("recurrent batch normalisation is for a GRU that resets before the product")
    shapes |= {"gamma_u": (cell.gates, hidden)}
    return shapes | ({"gamma_c": (hidden,), "beta_c": (hidden,)} if cell.states == 2 else {})


def statistics_shapes(form: str, cell: Cell, hidden: int, steps: int) -> dict[str, tuple[int, ...]]:
    """The running statistics of a layer, for its first `steps` steps in the form `recurrent`."""
    if form == "input":
        return {"x_mean": (1, cell.gates, hidden), "x_variance": (1, cell.gates, hidden)}
    of = {"x": (steps, cell.gates, hidden), "u": (steps, cell.gates, hidden)}
    if cell.states == 2:
        of["c"] = (steps, 1, hidden)
    return {f"{name}_{moment}": shape for name, shape in of.items() for moment in ("mean", "variance")}


def initialize_normalisation_(p: Tensors) -> None:
    """Set every γ to 0.1, every β and running mean to 0, and every running variance to 1.

    With γ = 1 what goes into tanh has variance 1 or more; its derivative is then mostly well below 1, and
    gradients vanish.

    Source: Cooijmans et al. 2016, §4
    """
    for name, tensor in p.items():
        if name.startswith("gamma"):
            tensor[...] = 0.1
        elif name.startswith("beta") or name.endswith("_mean"):
            tensor[...] = 0
        elif name.endswith("_variance"):
            tensor[...] = 1


def normalised_forward(
    cell: Cell,
    p: Tensors,
    x: Floats,
    state: Floats,
    workspace: Workspace,
    *,
    by_batch: bool = False,
    active: Sequence[int] | None = None,
    reverse: bool = False,
    start: int = 0,
) -> tuple[Floats, NormalisedTrace]:
    """Run a normalised cell over a batch of sequences.

    `by_batch`, in training, the batch is normalised by its own moments. Else the statistics in `p` are used,
    and there is no way back; `start` tells how many steps of the sequence came before this batch. In reverse,
    steps are counted from the batch's end. All else is as in `recurrent_forward`.

    Shapes: x (T, B, D); state (S, B, H), overwritten -> h (T, B, H), a view into `workspace`
    """
    trace = new_trace(cell, p, x, workspace, active, reverse)
    input_products(p["W"], trace)
    of_x: _AllSteps | _EachStep
    if "gamma_u" in p:
        source = _Source(trace, None if by_batch else p, start, workspace)
        of_x = _EachStep("x", p["gamma_x"], source)
        link: Link = _NormalisedLink(p, source)
    else:
        of_x = _AllSteps(p["gamma_x"], trace, None if by_batch else p, workspace)
        link = Link(p)
    of_x.forward_all_(trace)
    trace.z[...] += p["b"][:, None, None]
    h = scan(cell, link, trace, state, workspace)
    return h, NormalisedTrace(trace, of_x, link)


def without_normalisation(p: Tensors) -> dict[str, Floats]:
    """The tensors of a layer without batch normalisation that computes what the layer of `p` does.

    With fixed moments a normalisation is a scale and a shift, which can be folded into weights and biases; of
    each step's moments those of the first one kept are taken. An LSTM's memory has no weights: its scale and
    shift stay, as `memory_scale` and `memory_shift` (H,).

    Equation: γ (x W - μ) / √(σ² + ε) = x (W s) - μ s,   s = γ / √(σ² + ε)
    """

    def scale_and_shift(name: str) -> tuple[Floats, Floats]:
        moments = Moments(p[f"{name}_mean"][0], p[f"{name}_variance"][0])
        scale: Floats = p[f"gamma_{name}"] * moments.scale
        return scale, -moments.mean * scale

    folded = dict(p)
    for name, weights in (("x", "W"), ("u", "U")):
        if f"gamma_{name}" in p:
            scale, shift = scale_and_shift(name)
            folded[weights] = p[weights] * scale[:, None]
            folded["b"] = folded["b"] + shift
    if "gamma_c" in p:
        scale, shift = scale_and_shift("c")
        folded |= {"memory_scale": scale[0], "memory_shift": shift[0] + p["beta_c"]}
    return folded


def normalised_backward(
    cell: Cell,
    p: Tensors,
    grad: Tensors,
    dh: Floats,
    cache: NormalisedTrace,
    workspace: Workspace,
    *,
    d_state: Floats | None = None,
    on_step: OnStep | None = None,
) -> Floats:
    """Add the gradients of the parameters to `grad`, after a forward `by_batch`; return that of x.

    The moments of the batch are written over the statistics in `grad`; where these have more steps than the
    batch, the moments of the last step stand for the rest. All else is as in `recurrent_backward`.

    Shapes: dh (T, B, H); d_state (S, B, H), overwritten -> dx (T, B, D), a buffer of `workspace`
    """
    trace, link = cache.trace, cache.link
    cache.x.observe(grad)
    UT = transposed(p["U"], workspace)
    if isinstance(link, _NormalisedLink):
        link.observe(grad)
        link.turn_back(grad, UT, workspace("d_products", *trace.z.shape))
        scan_back(cell, link, dh, trace, workspace, d_state, on_step)
        cell.gradients(grad, *places_of(cell, trace, link.d_products), workspace)
    else:
        scan_back(cell, Link(p, UT), dh, trace, workspace, d_state, on_step)
        cell.gradients(grad, *places_of(cell, trace, trace.z), workspace)
    grad["b"][...] += trace.z.sum(axis=(1, 2))
    cache.x.backward_all_(trace, grad["gamma_x"])
    return input_gradients(p["W"], grad, trace, workspace)


class _AllSteps:
    """Moments of W x over all places of a batch."""

    def __init__(
        self, gamma: Floats, trace: Trace[Floats], statistics: Tensors | None, workspace: Workspace
    ) -> None:
        gates, steps, batch, hidden = trace.z.shape
        self._gamma = gamma[:, None]
        self._y = workspace("normal_x", gates, steps * batch, hidden)
        self._mask: Floats | None = None
        if trace.active is not None:
            alive = np.arange(batch) < np.asarray(trace.active)[:, None]
            self._mask = alive.reshape(-1, 1).astype(trace.z.dtype)
        self._kept = None if statistics is None else _moments(statistics, "x", 0)
        self._moments = Moments(gamma, gamma)

    def forward_all_(self, trace: Trace[Floats]) -> None:
        """Replace W x by γ times the normalised W x."""
        z = trace.z.reshape(self._y.shape)
        self._y[...] = z
        if self._kept is None:
            self._moments = normalise_(self._y, self._mask)
        else:
            normalise_by_(self._y, self._kept)
        np.multiply(self._y, self._gamma, out=z)

    def backward_all_(self, trace: Trace[Floats], d_gamma: Floats) -> None:
        """Replace the gradient of what `forward_all_` left by that of W x."""
        dz = trace.z.reshape(self._y.shape)
        d_gamma += normalise_backward_(dz, self._y, self._moments, self._gamma, self._mask)[:, 0]

    def observe(self, observed: Tensors) -> None:
        """Write the moments of the batch."""
        observed["x_mean"][0] = self._moments.mean[:, 0]
        observed["x_variance"][0] = self._moments.variance[:, 0]


@dataclass(frozen=True)
class _Source:
    """Where the moments of each step come from: the rows alive, or `statistics` that were kept."""

    trace: Trace[Floats]
    statistics: Tensors | None
    start: int
    workspace: Workspace


class _EachStep:
    """Moments of one quantity (g, n, H) at each step, over the rows alive."""

    def __init__(self, name: str, gamma: Floats, source: _Source) -> None:
        _, steps, batch, hidden = source.trace.z.shape
        self._name, self._gamma, self._reverse = name, gamma[:, None], source.trace.reverse
        self._y = source.workspace(f"normal_{name}", len(gamma), steps, batch, hidden)
        moments = source.workspace(f"moments_{name}", 2, steps, len(gamma), 1, hidden)
        self._mean, self._variance = moments
        self._known = source.statistics is not None
        if source.statistics is not None:
            kept = source.statistics[f"{name}_mean"], source.statistics[f"{name}_variance"]
            numbers = np.minimum(np.arange(steps) + source.start, len(kept[0]) - 1)
            numbers = numbers[::-1] if self._reverse else numbers
            self._mean[:, :, 0], self._variance[:, :, 0] = kept[0][numbers], kept[1][numbers]

    def forward(self, x: Floats, at: int, gates: slice, out: Floats) -> None:
        """Write γ times the normalised x over `out`."""
        y, moments = self._y[gates, at, : x.shape[1]], self._moments(at, gates)
        y[...] = x
        if self._known:
            normalise_by_(y, moments)
        else:
            seen = normalise_(y)
            moments.mean[...], moments.variance[...] = seen.mean, seen.variance
        np.multiply(y, self._gamma[gates], out=out)

    def backward_(self, d: Floats, at: int, gates: slice, d_gamma: Floats) -> None:
        """Replace the gradient of what `forward` wrote by that of x, and add to that of γ (g, H)."""
        y, moments = self._y[gates, at, : d.shape[1]], self._moments(at, gates)
        d_gamma[gates] += normalise_backward_(d, y, moments, self._gamma[gates])[:, 0]

    def forward_all_(self, trace: Trace[Floats]) -> None:
        """Replace W x by γ times the normalised W x, step by step."""
        for t, _, _, n in steps_of(trace):
            self.forward(trace.z[:, t, :n], t, ALL, trace.z[:, t, :n])

    def backward_all_(self, trace: Trace[Floats], d_gamma: Floats) -> None:
        """Replace the gradient of what `forward_all_` left by that of W x."""
        for t, _, _, n in steps_of(trace):
            self.backward_(trace.z[:, t, :n], t, ALL, d_gamma)

    def observe(self, observed: Tensors) -> None:
        """Write the moments of the first steps, and of the last one for those that the batch has not."""
        for moment, seen in (("mean", self._mean), ("variance", self._variance)):
            to = observed[f"{self._name}_{moment}"]
            in_order = seen[::-1, :, 0] if self._reverse else seen[:, :, 0]
            to[: len(in_order)] = in_order[: len(to)]
            to[len(in_order) :] = in_order[-1]

    def _moments(self, at: int, gates: slice) -> Moments:
        return Moments(self._mean[at, gates], self._variance[at, gates])


class _NormalisedLink(Link):
    """A link whose products, and what an LSTM reads of its memory, are normalised at each step.

    Attributes: `d_products` (G, T, B, H), the gradient of the products before they were normalised.
    """

    def __init__(self, p: Tensors, source: _Source) -> None:
        super().__init__(p)
        self.d_products = source.trace.z
        self._grad = p
        self._of_u = _EachStep("u", p["gamma_u"], source)
        self._of_c = _EachStep("c", p["gamma_c"][None], source) if "gamma_c" in p else None

    def turn_back(self, grad: Tensors, UT: Floats, d_products: Floats) -> None:
        """Get ready for the way back, whose gradients go to `grad`."""
        self._grad, self._UT, self.d_products = grad, UT, d_products
        d_products[...] = 0

    def observe(self, observed: Tensors) -> None:
        """Write the moments of the batch."""
        self._of_u.observe(observed)
        if self._of_c is not None:
            self._of_c.observe(observed)

    def product(self, h: Floats, gates: slice, out: Floats) -> Floats:
        """The normalised product U h_{t-1} of some gates. Shapes: h (n, H) -> out (gates, n, H)."""
        super().product(h, gates, out)
        self._of_u.forward(out, self.at, gates, out)
        return out

    def product_back(self, d: Floats, gates: slice, out: Floats) -> Floats:
        """Take the normalisation back, then the product. Shapes: d (gates, n, H) -> out (gates, n, H)."""
        d_products = self.d_products[gates, self.at, : d.shape[1]]
        d_products[...] = d
        self._of_u.backward_(d_products, self.at, gates, self._grad["gamma_u"])
        return super().product_back(d_products, gates, out)

    def memory(self, c: Floats, out: Floats) -> Floats:
        """The normalised memory of an LSTM, γ c + β. Shapes: c (n, H) -> out (n, H)."""
        if self._of_c is None:
            return c
        self._of_c.forward(c[None], self.at, ALL, out[None])
        out += self.p["beta_c"]
        return out

    def memory_back(self, d: Floats) -> Floats:
        """The gradient of the memory from that of the normalised one, which is overwritten."""
        if self._of_c is not None:
            self._grad["beta_c"][...] += d.sum(axis=0)
            self._of_c.backward_(d[None], self.at, ALL, self._grad["gamma_c"][None])
        return d


def _moments(statistics: Tensors, name: str, step: int) -> Moments:
    """Those that were kept of a step, each (G, 1, H)."""
    mean, variance = (statistics[f"{name}_{moment}"][step][:, None] for moment in ("mean", "variance"))
    return Moments(mean, variance)
