"""Learning rate as a function of how much of the training is done."""

from __future__ import annotations


def linear_decay(initial: float, final: float, done: float) -> float:
    """Fall along a line from `initial` to `final`.

    Equation: lr = initial + (final - initial) done
    Units:    done in [0, 1], the part of all words of all epochs that has been read
    Source:   Mikolov, Chen, Corrado & Dean 2013, "Efficient estimation of word representations", §4.2
    """
    return initial + (final - initial) * min(max(done, 0.0), 1.0)


def stepped_decay(initial: float, factor: float, after: int, epoch: int) -> float:
    """Stay at `initial` for `after` epochs, then be multiplied by `factor` before each further one.

    Equation: lr = initial factor^max(0, epoch + 1 - after),   epoch counted from 0
    Source:   Zaremba, Sutskever & Vinyals 2014, "Recurrent neural network regularization", §4.1
    """
    return initial * factor ** max(0, epoch + 1 - after)
