"""Options that name a cluster, handed to a command as one `cluster: Cluster`, or None without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from cli.io.parts import LINE_END
from cli.io.printers import CSV, TSV
from cli.options.common import chosen_options, making
from cli.options.help import CLUSTER, all_of, option
from cli.options.stdin import STDIN_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from cli.io.parts import Part
    from cli.options.help import Command
    from nlp.parallel.engine import Engine

Between: TypeAlias = "Callable[[Part, Mapping[str, Any]], bytes | None]"

CLUSTER_VARIABLE = "NLPTOOL_CLUSTER"
OWN = ("cluster", "tls_ca", "tls_cert", "tls_key", "insecure_cluster")
"""The options by name."""


@dataclass(frozen=True)
class Cluster:
    """A cluster that the user names.

    Attributes: `address`, as it was written; `certificates`, the files of --tls-ca, --tls-cert and --tls-key,
    or None; `insecure`, whether one that anybody may reach will do.
    """

    address: str
    certificates: tuple[str, str, str] | None
    insecure: bool

    def engine(self) -> AbstractContextManager[Engine]:
        """Connect to it, or start it. Raises: SettingError; ClusterError."""
        from nlp.parallel.cluster import Address, Certificates, cluster_engine

        certificates = Certificates(*self.certificates) if self.certificates else None
        address, loaded = Address.parse(self.address), ["cli.cluster.command_line"]
        return cluster_engine(address, certificates, insecure=self.insecure, loaded=loaded)


OPTIONS = [
    option(
        "--cluster",
        metavar="ADDRESS",
        group=CLUSTER,
        envvar=CLUSTER_VARIABLE,
        show_envvar=True,
        show_default="none",
        help="Compute on a cluster of Dask: local:N starts N workers here, tcp://HOST:PORT and "
        "tls://HOST:PORT are schedulers; the result has the same bytes.",
    ),
    option("--tls-ca", metavar="FILE", group=CLUSTER, help="Certificate of the authority, in PEM."),
    option("--tls-cert", metavar="FILE", group=CLUSTER, help="Certificate of this client, in PEM."),
    option("--tls-key", metavar="FILE", group=CLUSTER, help="Key of that certificate, in PEM."),
    option(
        "--insecure-cluster",
        is_flag=True,
        group=CLUSTER,
        help="Speak to a scheduler elsewhere without TLS: whoever reaches it runs programs as you do.",
    ),
]


def cluster_options(function: Command) -> Command:
    """The options of a command that may compute on a cluster, as one `cluster`."""
    return making(all_of(OPTIONS)(function), _make_cluster)


def _make_cluster(options: dict[str, Any]) -> None:
    options["cluster"] = pop_cluster(options)


def pop_cluster(options: dict[str, Any]) -> Cluster | None:
    """Take the options out; the cluster that they make up. Raises: UsageError for those of no cluster."""
    address, *files, insecure = (options.pop(name) for name in OWN)
    named = [path for path in files if path is not None]
    if not address:
        if named or insecure:
            raise click.UsageError("--tls-ca, --tls-cert, --tls-key and --insecure-cluster are of --cluster")
        return None
    if len(named) not in {0, len(files)}:
        raise click.UsageError("--tls-ca, --tls-cert and --tls-key go together; name all three")
    authority, certificate, key = (*named, "", "", "")[:3]
    return Cluster(address, (authority, certificate, key) if named else None, insecure)


class OnCluster(Exception):  # noqa: N818  no error: as click's Exit, it says what is to be done in place of a command
    """The command of `context` on a `cluster`, a part of its text at a time.

    Attributes: `between`, see `by_parts`; `counts`, whether what it makes of parts is not to be joined, but
    are counts to be added up; `resume`, whether the part files that are there already are kept.
    """

    def __init__(
        self, context: click.Context, cluster: Cluster, between: Between, *, counts: bool, resume: bool
    ) -> None:
        super().__init__()
        self.context, self.cluster, self.between = context, cluster, between
        self.counts, self.resume = counts, resume


def between_lines(whole: Part, options: Mapping[str, Any]) -> bytes | None:
    """A file is cut at line ends; a table, whose first row tells the columns, is not."""
    return None if options["streams"].form_of(whole.name) in {CSV, TSV} else LINE_END


def by_parts(
    refused: Callable[[Mapping[str, Any]], str | None] = lambda _: None,
    between: Between = between_lines,
    *,
    counts: bool = False,
) -> Callable[[Command], Command]:
    """The options of a command whose text a cluster may share: it writes record by record, or `counts`.

    `refused` tells, of the options, why they need all of the text at once, if they do; `between`, of a file
    and the options, behind what the file may be cut, None where it may not.
    """

    def make(options: dict[str, Any]) -> None:
        cluster, resume = pop_cluster(options), options.pop("resume")
        if cluster is None:
            if resume:
                raise click.UsageError("--resume is of --cluster; it keeps the part files of -o FOLDER/")
            return
        streams, context = options["streams"], click.get_current_context()
        reason = refused(options)
        if not streams.input.paths or not STDIN_NAMES.isdisjoint(streams.input.paths):
            reason = "its workers read the text by themselves; name files"
        if not reason:
            raise OnCluster(context, cluster, between, counts=counts, resume=resume)
        if chosen_options("cluster"):
            raise click.UsageError(f"--cluster: {reason}")
        streams.console.note(f"without the cluster: {reason}")

    return lambda function: making(all_of([*OPTIONS, _RESUME])(function), make)


_RESUME = option(
    "--resume",
    is_flag=True,
    group=CLUSTER,
    help="With -o FOLDER/, which gets a file for each part of the text: keep those that are there.",
)
