"""A plugin of pytest that is loaded before all others, one of which loads NumPy: one BLAS thread a process.

That is what every `nlptool` has; several in a process that is forked later may compute what is not so.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
