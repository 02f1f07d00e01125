"""What a training run tells."""

from __future__ import annotations

import math

from nlp.training.progress import finite_or_none


def test_what_json_cannot_hold_is_none() -> None:
    assert finite_or_none([1.5, math.nan, math.inf, -math.inf, 0.0]) == [1.5, None, None, None, 0.0]
