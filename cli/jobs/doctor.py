"""What `nlptool doctor` looks at: versions, the machine, what slows it, what is missing, how fast it is."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import nlp
from cli.jobs.speed_test import DOCUMENTED_ON, speeds
from cli.machine import blas, memory, processor, slowing_variables
from cli.options.cores import usable_cores
from nlp.wording import number_of, to_install

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIBRARIES = ("click", "numpy", "rich", "regex")
_EXTRAS = {
    "matplotlib": "to draw PNG",
    "scikit-learn": "for t-SNE",
    "safetensors": "to read safetensors of other tools",
    "distributed": "to compute on a cluster",
}
_RC_FILES = {
    "bash": ".bashrc",
    "zsh": ".zshrc",
    "fish": ".config/fish/config.fish",
}
_COMPLETION = {
    "bash": "echo 'eval \"$(nlptool completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(nlptool completion zsh)\"' >> ~/.zshrc",
    "fish": "echo 'nlptool completion fish | source' >> ~/.config/fish/config.fish",
}
_BUSY = 0.5  # of the cores, from which on other work slows this one
_SLOW = 0.7  # of what is documented


class Finding(NamedTuple):
    """One line of the report: what was looked at, what was found and, if something is amiss, what to do."""

    name: str
    value: str
    advice: str | None = None


def findings(*, speed: bool) -> Iterator[Finding]:
    """All that is looked at, each as soon as it is known; load and speeds, which change, come last."""
    yield Finding("nlptool", nlp.__version__)
    yield Finding("Python", platform.python_version())
    for library in _LIBRARIES:
        yield Finding(library, version(library))
    yield Finding("system", f"{platform.system()} {platform.release()}")
    yield Finding("processor", processor())
    yield _cores()
    yield Finding("memory", f"{memory() / 1e9:.1f} GB")
    yield Finding("matrix products", blas())
    for name, value in slowing_variables().items():
        yield Finding(name, value, f"unset {name}: it keeps products below what the processor can do")
    for library, purpose in _EXTRAS.items():
        yield _extra(library, purpose)
    yield _completion(Path(os.environ.get("SHELL", "")).name, Path.home())
    yield _manual()
    if speed:
        yield _load()
        for each in speeds():
            part = each.rate / each.documented
            told = f"{each.rate:,.{0 if each.rate > 1000 else 1}f} {each.unit}, {part:.2f} of {DOCUMENTED_ON}"
            advice = "is other work running, or a variable above set?" if part < _SLOW else None
            yield Finding(f"speed: {each.of}", told, advice)


def _cores() -> Finding:
    usable, present = usable_cores(), os.cpu_count() or 1
    told = number_of(usable, "core")
    return Finding(
        "cores", told if usable == present else f"{told} of {present}, as affinity and quotas allow"
    )


def _load() -> Finding:
    load = os.getloadavg()[0]
    busy = load > _BUSY * usable_cores()
    return Finding("load", f"{load:.2f}", "other work takes the cores: speeds are lower" if busy else None)


def _extra(library: str, purpose: str) -> Finding:
    try:
        return Finding(library, version(library))
    except PackageNotFoundError:
        return Finding(library, "not installed", f"{purpose}: {to_install(library)}")


def _completion(shell: str, home: Path) -> Finding:
    """Whether the shell reads the completion when it starts."""
    if shell not in _RC_FILES:
        return Finding("completion", f"none for {shell or 'this shell'}")
    rc_file = home / _RC_FILES[shell]
    try:
        installed = "nlptool completion" in rc_file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        installed = False
    if installed:
        return Finding("completion", f"read by ~/{_RC_FILES[shell]}")
    return Finding("completion", f"not read by {shell}", _COMPLETION[shell])


def _manual() -> Finding:
    """Whether `man` finds the pages: in the folders of MANPATH, and beside those of PATH."""
    beside = [f"{folder}/../share/man" for folder in os.environ.get("PATH", "").split(os.pathsep)]
    for folder in filter(None, [*os.environ.get("MANPATH", "").split(os.pathsep), *beside]):
        page = Path(folder).resolve() / "man1/nlptool.1"
        if page.exists() or page.with_suffix(".1.gz").exists():
            return Finding("manual", str(page))
    return Finding("manual", "man does not find it", "nlptool COMMAND --help tells the same")
