"""How many cores this process may use: those of its affinity, and the time that its control groups leave."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def usable_cores(system: Path = Path("/")) -> int:
    """The cores that a computation can keep busy; part of a core counts as one. `system` is the root folder.

    A container that is given two cores sees all those of its machine, and has to ask its control groups.
    """
    return max(1, min([_affinity(), *map(math.ceil, _quotas(system))]))


def _affinity() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def _quotas(system: Path) -> Iterator[float]:
    """Cores' worth of time that each control group of this process, and each one around it, may use.

    Within a container a group may have another path than it says, but the outermost one is always there.

    Source: Linux, Documentation/admin-guide/cgroup-v2.rst, of `cpu.max`; for version 1 of control groups
            Documentation/scheduler/sched-bwc.rst, of `cpu.cfs_quota_us`
    """
    with suppress(OSError):
        for line in (system / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", maxsplit=2)
            if not controllers or "cpu" in controllers.split(","):
                mount = system / "sys/fs/cgroup" / ("cpu" if controllers else "")
                group = Path(path.lstrip("/"))
                for around in (group, *group.parents):
                    yield from _quota(mount / around)


def _quota(group: Path) -> Iterator[float]:
    for files in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        with suppress(OSError, ValueError):  # without a limit the quota is "max", or -1
            texts = [(group / name).read_text(encoding="utf-8") for name in files]
            quota, period, *_ = map(int, " ".join(texts).split())
            if quota > 0:
                yield quota / period
