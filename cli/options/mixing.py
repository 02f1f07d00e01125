"""`--mix`, of commands that read several language models as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.options.help import Command


def mix_option(told: str = "") -> Callable[[Command], Command]:
    """`--mix MODEL:WEIGHT`, repeatable; `told` is what else its help says."""
    return option(
        "--mix",
        multiple=True,
        metavar="MODEL:WEIGHT",
        help=f"Mix in another model: (1 - WEIGHT) P + WEIGHT P'.{told}",
    )
