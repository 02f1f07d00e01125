"""A model file with other content than it was written with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nlp.errors import ModelError
from nlp.storage.kinds import load
from nlp.storage.model_file import open_model, write_model

if TYPE_CHECKING:
    from pathlib import Path


def refusal(path: Path, kind: str, changes: dict[str, Any], folder: Path) -> str:
    """Why a model of this kind is refused that is the one of `path` but for `changes`."""
    file = open_model(str(path))
    arrays = {name: file.array(name) for name in list(file.metadata["arrays"])}
    del file.metadata["arrays"]
    for name, value in changes.items():
        (arrays if name in arrays else file.metadata)[name] = value
    with (folder / "m").open("wb") as changed:
        write_model(changed, kind, file.metadata, arrays)
    with pytest.raises(ModelError, match=f"not a usable model of kind '{kind}': ") as caught:
        load(str(folder / "m"), kind)
    return str(caught.value)
