"""Generated text that copies no long stretch of the training text, token by token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Ids

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd; hashes of stretches are compared with the stretches, too


class CopyGuard:
    """Tells which tokens would complete a stretch of `length` tokens that the training text has.

    Where none of these is ever chosen, the longest copied stretch has `length` - 1 tokens. The places of the
    text are sorted by a hash of the `length` - 1 tokens before them, in which a search takes microseconds:
    16 bytes a token of the training text.

    Equation: forbidden(y_1 … y_m) = {t_i : t_{i-n+1} … t_{i-1} = y_{m-n+2} … y_m},   n = `length`
    Shapes:   training (N,), numbers of the vocabulary, below 0 for what it lacks
    Source:   Ippolito, Tramèr, Nasr, Zhang, Jagielski, Lee, Choquette-Choo & Carlini 2023, "Preventing
              generation of verbatim memorization in language models gives a false sense of privacy", §3
    """

    def __init__(self, training: Ids, length: int) -> None:
        self._training, self._context = training, length - 1
        hashes = np.zeros(max(len(training) - self._context, 0), np.uint64)
        for start in range(self._context):
            hashes = hashes * _FACTOR + training[start : start + len(hashes)].astype(np.uint64)
        self._places = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._places]

    def __call__(self, tokens: Sequence[int]) -> Sequence[int]:
        """The tokens that must not follow the generated `tokens`."""
        if len(tokens) < self._context:
            return ()
        context = np.array(tokens[len(tokens) - self._context :], np.int32)
        hashed = np.zeros(1, np.uint64)
        for token in context:
            hashed = hashed * _FACTOR + np.uint64(token)
        first, end = (self._hashes.searchsorted(hashed[0], side) for side in ("left", "right"))
        following = self._following(self._places[first:end], context)
        found: list[int] = np.unique(following[following >= 0]).tolist()
        return found

    def _following(self, places: npt.NDArray[np.intp], context: Ids) -> Ids:
        """What stands behind the stretches at these places that are the context."""
        for offset, token in enumerate(context):
            places = places[self._training[places + offset] == token]
        return self._training[places + len(context)]
