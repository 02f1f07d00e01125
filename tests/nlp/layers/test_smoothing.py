"""Smoothed targets: the gradient is that of the definition, the loss that of the target alone."""

from __future__ import annotations

import numpy as np

from nlp.layers.softmax import cross_entropy


def test_a_share_of_the_target_goes_to_all_classes() -> None:
    generator = np.random.default_rng(1)
    z, b, targets, mask = generator.normal(size=(4, 5)), generator.normal(size=5), [0, 4, 2, 2], [1, 1, 0, 1]
    smoothed = 0.9 * np.eye(5)[targets] + 0.1 / 5
    probabilities = np.exp(z + b) / np.exp(z + b).sum(axis=1, keepdims=True)
    expected = (probabilities - smoothed) * np.array(mask)[:, None]
    plain, smooth = z.copy(), z.copy()
    losses = [
        cross_entropy(z, np.array(targets), np.array(mask, float), b, smoothing=share)
        for z, share in ((plain, 0.0), (smooth, 0.1))
    ]
    assert losses[0] == losses[1]
    np.testing.assert_allclose(smooth, expected, rtol=1e-12)
