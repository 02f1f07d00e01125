"""Optimizers over one flat vector of weights, block by block, so that workers can share it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from nlp.layers.parameters import Shapes
from nlp.training.language_settings import ADAM, SGD
from nlp.training.optimizers.adam import Adam
from nlp.training.optimizers.adamw import AdamW
from nlp.training.optimizers.muon import Muon
from nlp.training.optimizers.optimizer import Optimizer
from nlp.training.optimizers.sgd import Sgd
from nlp.training.transformer_settings import ADAMW, MUON

MOMENTS: Mapping[str, int] = {ADAM: 2, SGD: 0, ADAMW: 2, MUON: 2}
"""How many numbers each optimizer remembers of every weight."""


def make_optimizer(
    name: str, shapes: Shapes, dtype: npt.DTypeLike = np.float32, decay: float = 0.0
) -> Optimizer:
    """The optimizer of this name for tensors of these shapes; adamw and muon let matrices decay."""
    if name in {ADAMW, MUON}:
        return (AdamW if name == ADAMW else Muon)(shapes, dtype, decay)
    size = sum(int(np.prod(shape)) for shape in shapes.values())
    return Adam(size, dtype) if name == ADAM else Sgd(size)
