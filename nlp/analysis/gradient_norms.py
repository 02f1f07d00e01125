"""How the gradient of a loss at the last step fades or grows on its way back: ‖∂E_T/∂h_k‖ by lag T - k.

    ∂E_T/∂h_k = ∂E_T/∂h_T Π_{j=k+1…T} ∂h_j/∂h_{j-1}

The product of Jacobians shrinks or grows exponentially with the number of its factors. Which of the two, and
how fast, depends on the cell and above all on its recurrent weights: so every curve names the initialisation
that it was measured with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nlp.errors import InputError
from nlp.layers.arrays import Floats
from nlp.layers.cells import make_cell
from nlp.layers.cells.cell import Cell
from nlp.layers.clipping import norm_factor
from nlp.layers.initialize import identity_, orthogonal_, uniform_
from nlp.layers.normalised import (
    initialize_normalisation_,
    normalised_backward,
    normalised_forward,
    normalised_shapes,
    statistics_shapes,
)
from nlp.layers.parameters import Parameters
from nlp.layers.random_streams import RandomStreams
from nlp.layers.recurrent import recurrent_backward, recurrent_forward
from nlp.layers.workspace import Workspace
from nlp.networks.config import INITS, LanguageModelConfig
from nlp.networks.encoders.recurrent import FORMS_OF_NORM
from nlp.wording import Message

UNIFORM, ORTHOGONAL, IDENTITY = INITS
BATCH = 16  # sequences, over whose norms the mean is taken
WARM_UP = 50  # steps before those that are measured, so that h has forgotten the zeros it started from
_WEIGHTS, _INPUTS, _DIRECTIONS = 0, 1, 2  # purposes of random numbers


@dataclass(frozen=True)
class FreshCell:
    """A cell as a training starts with it; its inputs are standard normal vectors, `hidden` numbers each.

    Attributes: `cell`, `activation` of rnn, `gru_reset`, `hidden`, `norm`, `forget_bias` of lstm as in
    `LanguageModelConfig`; `initialization` of U (W is always uniform in ±1/√H); `recurrent_scale`, by which U
    is multiplied after that; `seed`.

    Raises: SettingError for settings that no language model could have
    """

    cell: str = "lstm"
    activation: str = "tanh"
    gru_reset: str = "before"
    hidden: int = 64
    norm: str = "none"
    initialization: str = UNIFORM
    recurrent_scale: float = 1.0
    forget_bias: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        shared = ("cell", "activation", "gru_reset", "hidden", "norm", "forget_bias")
        LanguageModelConfig(init=self.initialization, **{name: getattr(self, name) for name in shared})

    @property
    def label(self) -> str:
        """What the curve is called."""
        kind = f"rnn {self.activation}" if self.cell == "rnn" else self.cell
        scale = f" × {self.recurrent_scale:g}" if self.recurrent_scale != 1 else ""
        norm = f", norm {self.norm}" if self.norm != "none" else ""
        return f"{kind}, U {self.initialization}{scale}{norm}"

    def about(self) -> dict[str, Any]:
        """What a record tells of the cell."""
        own: dict[str, Any] = {"cell": self.cell}
        if self.cell == "rnn":
            own["activation"] = self.activation
        elif self.cell == "gru":
            own["gru_reset"] = self.gru_reset
        else:
            own["forget_bias"] = self.forget_bias
        shared = ("hidden", "initialization", "recurrent_scale")
        return {**own, **{name: getattr(self, name) for name in shared}, "normalization": self.norm}


@dataclass(frozen=True)
class Flow:
    """One curve.

    Attributes: `label`, what it is called; `about`, what it was measured on; `norms` (lags + 1,), the mean
    over sequences of ‖∂E_T/∂h_{T-lag}‖; `cell_norms`, likewise of the LSTM's c, else None; `gradient_norm`,
    ‖∂E_T/∂w‖ over all weights of the cell; `clip_factor`, by which clipping multiplies all of these, 1
    without it.
    """

    label: str
    about: Mapping[str, Any]
    norms: Floats
    cell_norms: Floats | None
    gradient_norm: float
    clip_factor: float = 1.0

    def clipped(self, limit: float) -> Flow:
        """The flow with gradients clipped by global norm: every norm times the same factor, so no less steep.

        Equation and source: see `norm_factor`
        """
        factor = norm_factor(self.gradient_norm, limit)
        cell_norms = None if self.cell_norms is None else self.cell_norms * factor
        return replace(self, norms=self.norms * factor, cell_norms=cell_norms, clip_factor=factor)


@dataclass
class NormsByStep:
    """Keeps the norm of the gradient of the state at each step back, as a mean over the sequences."""

    norms: list[Floats] = field(default_factory=list)

    def on_step(self, _t: int, d: Floats) -> None:
        """Keep the norms at a step, given the gradient of the state that it left. Shapes: d (S, B, H)."""
        self.norms.append(np.sqrt(np.einsum("sbh,sbh->sb", d, d, dtype=np.float64)).mean(axis=1))

    def flow(self, label: str, about: Mapping[str, Any], lags: int, gradient_norm: float) -> Flow:
        """The curve, once all steps are done."""
        norms = np.array(self.norms[: lags + 1])
        cell_norms = norms[:, 1] if norms.shape[1] > 1 else None
        return Flow(label, about, norms[:, 0], cell_norms, gradient_norm)


def fresh_flow(fresh: FreshCell, lags: int) -> Flow:
    """The flow through an untrained cell, of a loss that is linear in the last output.

    Equation: E_T = v·h_T of each sequence,   v a random direction of length 1, so that lag 0 has norm 1
    Each norm is the mean over the sequences; `gradient_norm` is that of their mean loss.

    Raises:   InputError where the state, or its gradient, grows past every number
    Source:   Hochreiter 1991, "Untersuchungen zu dynamischen neuronalen Netzen"; Bengio, Simard & Frasconi
              1994, "Learning long-term dependencies with gradient descent is difficult"
    """
    cell = make_cell(fresh.cell, activation=fresh.activation, gru_reset=fresh.gru_reset)
    streams, form = RandomStreams(fresh.seed), FORMS_OF_NORM[fresh.norm]
    sizes, steps = (fresh.hidden, fresh.hidden), WARM_UP + lags + 1
    shapes = normalised_shapes(form, cell, *sizes) if form else cell.shapes(*sizes)
    averaged = statistics_shapes(form, cell, fresh.hidden, steps) if form else {}
    parameters = Parameters(shapes, np.float64, averaged=averaged)
    _initialize_(parameters, cell, fresh, streams.at(_WEIGHTS))
    x = streams.at(_INPUTS).standard_normal((steps, BATCH, fresh.hidden))
    dh = np.zeros_like(x)
    directions = streams.at(_DIRECTIONS).standard_normal((BATCH, fresh.hidden))
    dh[-1] = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    state = np.zeros((cell.states, BATCH, fresh.hidden))
    workspace, gradients, by_step = Workspace(np.float64), parameters.like(), NormsByStep()
    p, grad, on_step = parameters.views(), gradients.views(), by_step.on_step
    with np.errstate(over="ignore", invalid="ignore"):
        if form:
            initialize_normalisation_(p)
            _, normalised = normalised_forward(cell, p, x, state, workspace, by_batch=True)
            normalised_backward(cell, p, grad, dh, normalised, workspace, on_step=on_step)
        else:
            _, trace = recurrent_forward(cell, p, x, state, workspace)
            recurrent_backward(cell, p, grad, dh, trace, workspace, on_step=on_step)
    if not np.isfinite(by_step.norms).all():
        raise InputError(
            Message(
                f"{fresh.label}: what flows through it overflows within {steps} steps; "
                "lower `recurrent_scale` or `lags`"
            )
        )
    gradient_norm = float(np.linalg.norm(gradients.flat)) / BATCH
    return by_step.flow(fresh.label, fresh.about(), lags, gradient_norm)


def _initialize_(
    parameters: Parameters, cell: Cell, fresh: FreshCell, generator: np.random.Generator
) -> None:
    uniform_(parameters["W"], fresh.hidden**-0.5, generator)
    U = parameters["U"]
    if fresh.initialization == UNIFORM:
        uniform_(U, fresh.hidden**-0.5, generator)
    elif fresh.initialization == ORTHOGONAL:
        orthogonal_(U, generator)
    else:
        identity_(U)
    U *= fresh.recurrent_scale
    if cell.forget is not None:
        parameters["b"][cell.forget] = fresh.forget_bias
