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


def warm_up_and_fall(highest: float, warm_up: float, step: int, steps: int) -> float:
    """Rise along a line in the first steps, then fall along a line to 0 behind the last one.

    Equation: lr = highest min((step + 1) / n, (steps - step) / (steps - n)),   n = warm_up steps
    Units:    step from 0; warm_up in [0, 1], the part of all `steps` in which the rate rises
    Source:   Devlin, Chang, Lee & Toutanova 2019, "BERT: pre-training of deep bidirectional transformers for
              language understanding", §A.2
    """
    rising = warm_up * steps
    up = 1.0 if step + 1 >= rising else (step + 1) / rising
    down = max(steps - step, 0) / max(steps - rising, 1.0)
    return highest * min(up, down, 1.0)
