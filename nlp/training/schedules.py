"""Learning rate as a function of the part of the training that is done."""

from __future__ import annotations


def linear_decay(initial: float, final: float, done: float) -> float:
    """Fall along a line from `initial` to `final`.

    Equation: lr = initial + (final - initial) done
    Units:    done in [0, 1], the part of all words of all epochs that has been read
    Source:   Mikolov, Chen, Corrado & Dean 2013, "Efficient estimation of word representations", §4.2
    """
    return initial + (final - initial) * min(max(done, 0.0), 1.0)
