"""The checkers must be able to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.nlp.layers.gradcheck import check_gradients, check_slopes

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[..., Any]

every_check = pytest.mark.parametrize("check", [check_gradients, check_slopes])


@every_check
def test_right_gradient_passes(check: Check) -> None:
    w = np.array([1.0, 2.0])
    check(lambda: float(w @ w), {"w": w}, {"w": 2 * w})


@every_check
def test_wrong_gradient_fails(check: Check) -> None:
    w = np.array([1.0, 2.0])
    with pytest.raises(AssertionError, match="w differs by"):
        check(lambda: float(w @ w), {"w": w}, {"w": 2 * w + [0, 1e-5]})


@every_check
def test_zero_gradient_fails(check: Check) -> None:
    w = np.array([1.0, 2.0])
    with pytest.raises(AssertionError, match="true gradient of w is zero"):
        check(lambda: 3.0, {"w": w}, {"w": 0 * w})


@every_check
def test_float32_fails(check: Check) -> None:
    w = np.ones(2, np.float32)
    with pytest.raises(AssertionError, match="need float64"):
        check(lambda: float(w @ w), {"w": w}, {"w": 2 * w})
