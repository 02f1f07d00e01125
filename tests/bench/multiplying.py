"""Products again and again: `python -m tests.bench.multiplying numpy|torch SHAPES` prints GFLOP/s as JSON.

SHAPES are JSON: a name → the shapes of both factors, stacks of matrices where they have three dimensions.
The time is the processor's, of one thread, which others on the machine disturb least.
"""

from __future__ import annotations

import json
import math
import sys
from functools import partial
from time import process_time
from timeit import Timer
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

PASSES = 20


def speed(library: str, shapes: Sequence[Sequence[int]]) -> float:
    """GFLOP/s in the fastest of some passes of 20 ms: what disturbs them only slows them."""
    generator = np.random.default_rng(1)
    left: Any
    right: Any
    left, right = (generator.standard_normal(shape, np.float32) for shape in shapes)
    if library == "torch":
        import torch

        torch.set_num_threads(1)
        left, right, product = torch.from_numpy(left), torch.from_numpy(right), torch.matmul
    else:
        product = partial(np.matmul, out=np.matmul(left, right))
    timer = Timer(lambda: product(left, right), timer=process_time)
    in_200_ms, _ = timer.autorange()
    number = math.ceil(in_200_ms / 10)
    operations = 2 * math.prod(shapes[0]) * shapes[1][-1]
    return operations * number / min(timer.repeat(PASSES, number)) / 1e9


if __name__ == "__main__":
    asked = json.loads(sys.argv[2])
    print(json.dumps({name: speed(sys.argv[1], shapes) for name, shapes in asked.items()}))
