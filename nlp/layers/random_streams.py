"""Random numbers addressed by what they are for, so that no draw depends on who made the ones before."""

from __future__ import annotations

from typing import Any

import numpy as np


class RandomStreams:
    """A generator for each (purpose, epoch, number), all from one seed.

    Philox is a counter-based generator: its output is a function of (key, counter), so any stream is reached
    in under a microsecond, in any order and by any worker. The address fills the three high words of the
    counter; the low word is left to the stream, which has 2⁶⁴ blocks of four numbers and never meets another.

    Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"
    """

    def __init__(self, seed: int) -> None:
        self._bits = np.random.Philox(np.random.SeedSequence(seed))
        self._generator = np.random.Generator(self._bits)
        self._state: Any = self._bits.state

    def at(self, purpose: int, epoch: int = 0, number: int = 0) -> np.random.Generator:
        """Return the generator at the start of a stream; valid until the next call."""
        self._state["state"]["counter"][:] = (0, number, epoch, purpose)
        self._bits.state = self._state
        return self._generator
