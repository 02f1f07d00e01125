"""Sizes in bytes, as people write them: 500M, 1.5G."""

from __future__ import annotations

import re
from typing import Any

import click

_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([KMGT]?)B?", re.IGNORECASE)


class Size(click.ParamType[int]):
    """A number of bytes, in powers of 1000: 500M are 500,000,000."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number of bytes."""
        if isinstance(value, int):
            return value
        found = _SIZE.fullmatch(value.strip())
        size = round(float(found[1]) * 1000 ** _POWERS[found[2].upper()]) if found else 0
        if size < 1:
            self.fail(f"{value!r} is no size; write 500M, or 1.5G", param, ctx)
        return size
