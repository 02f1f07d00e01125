"""Running a command on a cluster: the parts of its text in their order, in one output or in a folder."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

import nlp
from cli.cluster.command_line import CommandLine, Computed, compute, count, leave, place
from cli.io.parts import (
    anywhere,
    files_of,
    folder_of,
    identity_of,
    open_anywhere,
    parts_of,
    write_anywhere,
)
from cli.io.printers import TEXT
from cli.io.reading import UTF_8
from cli.io.steps import Steps
from cli.io.streams import Skipped
from cli.io.vocabulary_file import write_vocabulary
from cli.io.writing import check_output, open_binary_output
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cli.console import Console
    from cli.io.parts import Part
    from cli.io.streams import Streams
    from cli.options.cluster import OnCluster
    from nlp.parallel.engine import Engine
    from nlp.storage.model_file import BinaryWriter

_MANIFEST = "_manifest.json"
_BLOCK = 1 << 20
_ROUNDS = 4
"""So many times a worker sends its counts: most types are in all of them, to be added up here each time."""


@dataclass(frozen=True)
class _Work:
    """A command line, the parts of its text, and where the user sees and hears of them."""

    line: CommandLine
    parts: Sequence[Part]
    streams: Streams
    console: Console
    warned: set[str]
    """What the user was warned of."""

    def warn(self, warning: str) -> None:
        """Tell the user, once."""
        if warning not in self.warned:
            self.warned.add(warning)
            self.console.warn(warning)


def run_by_parts(asked: OnCluster, console: Console) -> None:
    """Run a command on a cluster. A part that fails ends it, and the user is told its file and line.

    What is wrong with the command line and not with the text shows before the cluster is started: the command
    runs here on a part of nothing.

    Raises: what the command raises; UsageError for a folder of other parts; ClusterError; WorkerError
    """
    context, streams = asked.context, asked.context.params["streams"]
    folder = _folder_named(streams.output)
    if folder is None:
        check_output(streams.output)
    if asked.resume and folder is None:
        raise click.UsageError("--resume keeps part files; name a folder for them: -o FOLDER/", context)
    if folder is not None and asked.counts:
        raise click.UsageError("-o names a folder, but one vocabulary is written; name a file", context)
    names = files_of(streams.input.paths)
    parts = parts_of(names, lambda whole: _between(whole, asked))
    work = _Work(CommandLine.of(context), parts, streams, console, set())
    _rehearse(work)
    if folder is not None:
        manifest = _manifest(context, names)
        targets = _targets(work, folder, manifest, context, resume=asked.resume)
    with asked.cluster.engine() as engine:
        console.note(f"{number_of(len(work.parts), 'part')}, {number_of(engine.workers, 'worker')}")
        if asked.counts:
            _count(work, engine, context.params["min_count"])
        elif folder is None:
            _write_in_order(work, engine)
        else:
            _write_files(work, engine, targets)
            _write_manifest(folder, manifest, done=True)


def _folder_named(output: str | None) -> str | None:
    """The folder that an output names, with its slash, there or not; None for a file or stdout."""
    if output and (output.endswith("/") or os.path.isdir(output)):  # noqa: PTH112  the user's string
        return output if output.endswith("/") else f"{output}/"
    return None


def _between(whole: Part, asked: OnCluster) -> bytes | None:
    """Behind what a file may be cut; one that is not UTF-8 has other line ends, perhaps."""
    params = asked.context.params
    return asked.between(whole, params) if params["streams"].input.encoding == UTF_8 else None


def _rehearse(work: _Work) -> None:
    nothing = replace(work.parts[0], start=0, end=0)
    for warning in compute(work.line, nothing).warnings:
        work.warn(warning)


def _results(
    work: _Work, function: Callable[..., Any], engine: Engine, tasks: Sequence[Sequence[Any]]
) -> Iterator[Any]:
    """What is made of each task, in order. Raises: what the first that fails raises."""
    steps = Steps(work.console, number_of(engine.workers, "worker"))
    for done, result in enumerate(engine.map(function, tasks), 1):
        steps.tell(done, len(tasks))
        yield result


def _write_in_order(work: _Work, engine: Engine) -> None:
    skipped = Skipped()
    with open_binary_output(work.streams.output) as writer:
        made_of = _left(work, engine, writer) if engine.is_local else _sent(work, engine, writer)
        for part, made in zip(work.parts, made_of, strict=True):
            _listen(made, part, skipped, work)
    skipped.tell(work.console)


def _sent(work: _Work, engine: Engine, writer: BinaryWriter) -> Iterator[Computed]:
    """Write what workers send."""
    for made in _results(work, compute, engine, [(work.line, part) for part in work.parts]):
        writer.write(made.written)
        yield made


def _left(work: _Work, engine: Engine, writer: BinaryWriter) -> Iterator[Computed]:
    """Write what workers of this machine leave in files."""
    with TemporaryDirectory(prefix="nlptool-") as folder:
        tasks = [(work.line, part, f"{folder}/{number}") for number, part in enumerate(work.parts)]
        for (*_, path), made in zip(tasks, _results(work, leave, engine, tasks), strict=True):
            with Path(path).open("rb", buffering=0) as file:
                while data := file.read(_BLOCK):
                    writer.write(data)
            Path(path).unlink()
            yield made


def _listen(made: Computed, part: Part, skipped: Skipped, work: _Work) -> None:
    """Take what a part left out; warn of the first as the command alone does, which sees no other so."""
    if made.skipped.first and not skipped.first:  # none but the first is told
        place(made.skipped.first, part)
    skipped.add_all(made.skipped)
    for warning in made.warnings if part is work.parts[0] else ():
        work.warn(warning)


def _count(work: _Work, engine: Engine, min_count: int) -> None:
    """Write the vocabulary of all parts: sums of counts are the same in any order."""
    from nlp.text.vocabulary import Vocabulary

    total: Counter[str] = Counter()
    skipped, together = Skipped(), -(-len(work.parts) // (_ROUNDS * engine.workers))
    starts = range(0, len(work.parts), together)
    tasks = [(work.line, work.parts[start : start + together]) for start in starts]
    for (_, parts), (counts, left_out) in zip(tasks, _results(work, count, engine, tasks), strict=True):
        total.update(counts)
        for part, one in zip(parts, left_out, strict=True):
            _listen(Computed(b"", one, ()), part, skipped, work)
    skipped.tell(work.console)
    write_vocabulary(Vocabulary.from_counts(total, min_count), work.streams)


def _targets(
    work: _Work, folder: str, manifest: Mapping[str, Any], context: click.Context, *, resume: bool
) -> list[str | None]:
    """Where each part goes, None where it is already; the folder then tells what its files are parts of.

    Raises: UsageError for a folder that is not empty, or has parts of something else
    """
    there = set(folder_of(folder))
    if resume and _MANIFEST in there:
        _refuse_other(folder, manifest, context)
    elif there:
        remedy = f"it has no {_MANIFEST} to go on from" if resume else "--resume keeps its parts"
        raise click.UsageError(f"-o {folder}: the folder is not empty; {remedy}, or name another", context)
    else:
        _write_manifest(folder, manifest, done=False)
    ending = "txt" if work.streams.format == TEXT else work.streams.format
    files = [f"part-{number:05}.{ending}" for number in range(len(work.parts))]
    return [None if name in there else anywhere(f"{folder}{name}") for name in files]


def _write_files(work: _Work, engine: Engine, targets: Sequence[str | None]) -> None:
    skipped = Skipped()
    left = [(part, target) for part, target in zip(work.parts, targets, strict=True) if target is not None]
    if kept := len(work.parts) - len(left):
        work.console.note(f"{number_of(kept, 'part')} of an earlier run kept")
    results = _results(work, compute, engine, [(work.line, part, target) for part, target in left])
    for (part, _), made in zip(left, results, strict=True):
        _listen(made, part, skipped, work)
    skipped.tell(work.console)


def _manifest(context: click.Context, names: Sequence[str]) -> dict[str, Any]:
    """What the parts in a folder are parts of."""
    streams: Streams = context.params["streams"]
    settings = {
        one.name: context.params[one.name] for one in context.command.params if one.name in context.params
    }
    settings |= {"format": streams.format, "input_format": streams.input_format, "field": streams.field}
    settings |= {"encoding": streams.input.encoding, "replace": streams.input.replace}
    told = {"nlptool": nlp.__version__, "command": context.info_name, "settings": settings}
    found: dict[str, Any] = json.loads(json.dumps({**told, "files": identity_of(names)}))
    return found


def _write_manifest(folder: str, manifest: Mapping[str, Any], *, done: bool) -> None:
    told = json.dumps({**manifest, "done": done}, ensure_ascii=False, indent=1)
    write_anywhere(f"{folder}{_MANIFEST}", f"{told}\n".encode("utf-8", "surrogateescape"))


def _refuse_other(folder: str, manifest: Mapping[str, Any], context: click.Context) -> None:
    """Raises: UsageError where the parts in a folder are those of another text or command line."""
    with open_anywhere(f"{folder}{_MANIFEST}") as file:
        try:
            found = json.loads(file.read())
            other = next((name for name in manifest if found.get(name) != manifest[name]), None)
        except (ValueError, AttributeError):
            other = "form"
    if other:
        raise click.UsageError(
            f"-o {folder}: its parts are of another run, whose {other} differ; name another", context
        )
