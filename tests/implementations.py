"""Which classes of the model layer do what a contract asks for: each must stand in the contract's table."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import nlp


def implementations(contract: type) -> set[type]:
    """All classes of `nlp` that have the methods of `contract`, a protocol or an abstract class."""
    demanded = getattr(contract, "__abstractmethods__", ()) or {
        name for name, value in vars(contract).items() if callable(value) and not name.startswith("_")
    }
    found = set()
    for module in pkgutil.walk_packages(nlp.__path__, "nlp."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            is_contract = inspect.isabstract(kind) or getattr(kind, "_is_protocol", False)
            if not is_contract and all(hasattr(kind, name) for name in demanded):
                found.add(kind)
    return found
