"""Checkpoints: all that a training needs to continue after an interruption as if there had been none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError
from nlp.storage.kinds import open_kind
from nlp.storage.model_file import BinaryWriter, write_model
from nlp.wording import Message


@dataclass(frozen=True)
class TrainingState:
    """The state of a training between two steps.

    It has no state of random numbers: each is addressed by seed, epoch and chunk (see `RandomStreams`).

    Attributes: `figures`, its position and what it has measured, of types that JSON has; `arrays`, all that
    it has learnt; `path`, the file that the state was read from, if any.
    """

    figures: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    path: str = ""

    @property
    def is_finite(self) -> bool:
        """Whether all arrays are finite: a diverged state must not overwrite a sound checkpoint."""
        with np.errstate(invalid="ignore"):  # infinity less infinity
            return all(np.isfinite(array.sum(dtype=np.float64)) for array in self.arrays.values())


class MismatchError(ModelError):
    """A checkpoint of other data or settings; the message names the first field that differs."""


def save_checkpoint(
    writer: BinaryWriter, kind: str, identity: Mapping[str, Any], state: TrainingState
) -> None:
    """Write a state, and the `identity` of its run: every setting and the hash of the data, in JSON's types.

    Raises: OSError from the writer.
    """
    write_model(writer, kind, {"identity": identity, "figures": state.figures}, state.arrays)


def load_checkpoint(path: str, kind: str, identity: Mapping[str, Any]) -> TrainingState:
    """Read the state of a run with this `identity`; every byte is checked.

    Raises: MismatchError for a checkpoint of another run; ModelError if the file is damaged or no checkpoint;
            OSError
    """
    try:
        model = open_kind(path, kind)
    except ModelError as error:
        what = str(error).rsplit(";", 1)[0]  # what may follow is the remedy for a model
        told = "{what}; delete it to start from the beginning, or name another `checkpoint`"
        raise ModelError(Message(told, what=what)) from error
    try:
        found, figures = dict(model.metadata["identity"]), dict(model.metadata["figures"])
        names = list(model.metadata["arrays"])
    except (LookupError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path}: its metadata lack something; delete it to start from the beginning"
        ) from error
    wanted = json.loads(json.dumps(identity))
    for field in (*wanted, *(found.keys() - wanted.keys())):
        if found.get(field) != wanted.get(field):
            raise MismatchError(
                f"{path}: a checkpoint of another run: its {field} is {_shown(found.get(field))}, here it is "
                f"{_shown(wanted.get(field))}; train as then, or delete {path} to start from the beginning"
            )
    return TrainingState(figures, {name: model.array(name) for name in names}, path)


@contextmanager
def going_on_from(state: TrainingState, beginning: TrainingState) -> Iterator[None]:
    """Check that `state` has the form of a state at the `beginning`; the body of the `with` then adopts it.

    Raises: ModelError where it has not, or where the body raises LookupError, TypeError or ValueError.
    """
    try:
        _compare(state.figures, beginning.figures, "figures")
        for name, array in beginning.arrays.items():
            take_(np.empty_like(array), state.arrays.get(name, np.zeros(0)))
        yield
    except (LookupError, TypeError, ValueError) as error:
        what = " ".join(str(error).split())
        raise ModelError(
            f"{state.path}: not a usable checkpoint ({what}); delete it to start from the beginning"
        ) from error


def take_(target: NDArray[Any], saved: NDArray[Any]) -> None:
    """Copy `saved`, which must not need to be broadcast or converted. Raises: ValueError."""
    if (saved.shape, saved.dtype) != (target.shape, target.dtype):
        raise ValueError(f"{saved.dtype} of shape {saved.shape} for {target.dtype} of shape {target.shape}")
    target[...] = saved


def _compare(found: Any, wanted: Any, name: str) -> None:
    """Refuse JSON of another form. Lists hold numbers and may have grown; a float may be null (not known)."""
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping) or found.keys() != wanted.keys():
            raise ValueError(f"{name} has other fields")
        for key in wanted:
            _compare(found[key], wanted[key], key)
    elif isinstance(wanted, (list, tuple)):
        if not isinstance(found, list) or len(found) < len(wanted):
            raise ValueError(f"{name} is no list of numbers")
        for number in found:
            _compare(number, 0.0, name)
    elif type(wanted) is int:
        if type(found) is not int or found < 0:
            raise ValueError(f"{name} is {_shown(found)}")
    elif type(found) not in {int, float, type(None)}:
        raise ValueError(f"{name} is {_shown(found)}")


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 24 else f"{text[:12]}…{text[-6:]}"
