"""The settings of a model, as its file has them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from nlp.errors import InputError
from nlp.storage.model_file import ModelFile

Config = TypeVar("Config")


def read_settings(file: ModelFile, kind: type[Config]) -> Config:
    """The dataclass of settings `kind` under "config", each checked for its type.

    One that is unknown, of a later version say, is an error. Raises: ModelError
    """
    given = file.metadata.get("config")
    described: Any = kind
    defaults = {field.name: field.default for field in fields(described)}
    if not isinstance(given, dict) or not given.keys() <= defaults.keys():
        raise file.unusable("its settings are not those of this nlptool")
    for name, value in given.items():
        default = defaults[name]
        numbers = isinstance(default, float) or default is None
        if type(value) is not type(default) and not (numbers and type(value) in {int, float}):
            raise file.unusable(f"its setting {name} is {value!r}")
    try:
        return kind(**given)
    except InputError as error:
        raise file.unusable(error) from error
