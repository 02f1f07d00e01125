"""`nlptool info`: what a model holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options import command, output_option

if TYPE_CHECKING:
    from cli.console import Console


@command
@output_option
@click.option("--verify", is_flag=True, help="Read every byte, and fail if one is not what was written.")
@click.argument("model", required=False, metavar="[MODEL]")
def info(*, console: Console, output: str | None, model: str | None, verify: bool) -> None:
    """Print a model's metadata as JSON: kind, settings, data, scores, arrays with their checksums.

    Without MODEL it is about the English word vectors that come with nlptool.

    \b
    nlptool info book.model
    nlptool info --verify book.model | jq .config
    """
    import json

    from cli.writing import open_output
    from corpora import default_vectors
    from nlp.envelope import open_model

    path = model or str(default_vectors())
    opened = open_model(path)
    report: dict[str, Any] = {"file": path, "kind": opened.kind, **opened.metadata}
    if verify:
        opened.verify()
        report["verified"] = True
        console.note("every array is what was written")
    with open_output(output) as written:
        written.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
