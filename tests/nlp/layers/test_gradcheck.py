"""The checker must be able to fail."""

from __future__ import annotations

import numpy as np
import pytest

from tests.nlp.layers.gradcheck import check_gradients


def test_right_gradient_passes() -> None:
    w = np.array([1.0, 2.0])
    check_gradients(lambda: float(w @ w), {"w": w}, {"w": 2 * w})


def test_wrong_gradient_fails() -> None:
    w = np.array([1.0, 2.0])
    with pytest.raises(AssertionError, match="w differs by"):
        check_gradients(lambda: float(w @ w), {"w": w}, {"w": 2 * w + [0, 1e-5]})


def test_zero_gradient_fails() -> None:
    w = np.array([1.0, 2.0])
    with pytest.raises(AssertionError, match="true gradient of w is zero"):
        check_gradients(lambda: 3.0, {"w": w}, {"w": 0 * w})


def test_float32_fails() -> None:
    w = np.ones(2, np.float32)
    with pytest.raises(AssertionError, match="need float64"):
        check_gradients(lambda: float(w @ w), {"w": w}, {"w": 2 * w})
