"""Run benchmarks, print the table, keep every value: see `python -m tests.bench --help`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .harness import NLPTOOL, Setting, say
from .kernels import AVX2, OWN, described, settings_by_kernels
from .machine import machine
from .report import as_json, as_markdown, shortfalls
from .suite import BENCHMARKS, run_all


def main() -> int:
    """The exit status: 1 where a benchmark failed to run; being slow is no failure."""
    arguments = _arguments()
    if not Path(NLPTOOL).exists():
        say(f"{NLPTOOL} is not there; install nlptool beside this Python: pip install -e '.[bench]'")
        return 1
    facts = machine()
    with tempfile.TemporaryDirectory(prefix="nlptool-bench-") as folder:
        own = Setting(Path(folder), arguments.repeats, arguments.only)
        settings = settings_by_kernels(own, arguments.kernels)
        facts |= {f"{name} kernels": described(setting) for name, setting in settings.items()}
        figures = run_all(arguments.names or list(BENCHMARKS), settings)
    table = as_markdown(figures, facts)
    arguments.json.write_text(as_json(figures, facts), encoding="utf-8")
    arguments.markdown.write_text(table, encoding="utf-8")
    print(table)
    for line in shortfalls(figures):
        say(f"short: {line}")
    return int(any(figure.subject == "failed" for figure in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all of them")
    parser.add_argument("--repeats", type=int, metavar="N", help="rounds; each benchmark has its own default")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose subject contains this alone")
    parser.add_argument(
        "--kernels",
        type=_kernels,
        metavar="NAMES",
        help=f"{OWN}, {AVX2} or {OWN},{AVX2}, which is the default where the processor has more than AVX2",
    )
    parser.add_argument("--json", type=Path, default="bench-results.json", help="every value [%(default)s]")
    parser.add_argument("--markdown", type=Path, default="bench-results.md", help="the table [%(default)s]")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    return arguments


def _kernels(text: str) -> list[str]:
    names = text.split(",")
    if not set(names) <= {OWN, AVX2}:
        raise argparse.ArgumentTypeError(f"{text}: not of {OWN}, {AVX2}")
    return names


if __name__ == "__main__":
    sys.exit(main())
