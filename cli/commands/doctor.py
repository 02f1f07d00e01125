"""`nlptool doctor`: what is installed, how fast it is, and what slows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.io.printers import FINDINGS
from cli.options.common import command, streams
from cli.options.help import option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(FINDINGS, reads="")
@option("--speed/--no-speed", default=True, help="Measure speeds too, some five seconds.")
def doctor(*, streams: Streams, console: Console, speed: bool) -> None:
    """Tell what is installed, how fast this machine is beside a documented one, and what slows it.

    A line is `name<TAB>value` and, where something is amiss, `<TAB>advice`. The status is 0 all the same:
    nothing that is found here keeps nlptool from working.

    \b
    nlptool doctor
    nlptool doctor --no-speed --format jsonl | jq 'select(.advice)'
    """
    from cli.jobs.doctor import findings

    write, advised = streams.printer(FINDINGS), 0
    with streams.open_output() as output:
        for finding in findings(speed=speed):
            output.write(write(finding._asdict()))
            output.flush()
            advised += finding.advice is not None
    console.note(f"{advised} with advice" if advised else "all is well")
