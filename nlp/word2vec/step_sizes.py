"""How a training of word vectors is cut into steps, and these into chunks."""

from __future__ import annotations

import math

from nlp.training.row_updates import StepPlan
from nlp.word2vec.config import Sizes

_SMALLEST_STEP, _LEAST_CHUNK = 64, 512  # tokens
_CHUNKS = 4  # that a step is cut into for workers to share, as far as these have `_LEAST_CHUNK` tokens each


def plan_steps(tokens: float, sizes: Sizes) -> StepPlan:
    """Choose the size of a step for a training that will see `tokens` tokens, all epochs together.

    Large steps are fast and can be shared among workers; but a training needs some thousands of steps, so
    those of a small corpus have to be small. Sizes are powers of two, to change seldom as a corpus grows.
    """
    most = min(max(tokens / sizes.steps, _SMALLEST_STEP), sizes.largest)
    step = 2 ** int(math.log2(most))
    chunk = min(step, max(step // _CHUNKS, _LEAST_CHUNK), sizes.chunk)
    return StepPlan(chunk, step // chunk)
