"""What a training needs to go on, after an interruption, as if there had been none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlp.envelope import BinaryWriter, open_model, write_model
from nlp.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True)
class TrainingState:
    """A training between two steps.

    Random numbers have no state that could be lost: they are addressed by seed, epoch and chunk.

    Attributes: `figures`, where it stands and what it has measured, as JSON holds it; `arrays`, all that it
    has learnt.
    """

    figures: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


if TYPE_CHECKING:
    OnBoundary = Callable[[Callable[[], TrainingState]], None]
    """Called between two steps with a function that tells the state; what it raises ends the training."""


class MismatchError(ModelError):
    """A checkpoint of other data or settings; the message names the first field that differs."""


def save_checkpoint(
    writer: BinaryWriter, kind: str, identity: Mapping[str, Any], state: TrainingState
) -> None:
    """Write a state, and the `identity` of its run: every setting and the hash of the data, as JSON holds it.

    Raises: OSError from the writer.
    """
    write_model(writer, kind, {"identity": identity, "figures": state.figures}, state.arrays)


def load_checkpoint(path: str, kind: str, identity: Mapping[str, Any]) -> TrainingState:
    """Read the state of a run with this `identity`; every byte is checked.

    Raises: MismatchError for a checkpoint of another run; ModelError if it is damaged or none; OSError
    """
    model = open_model(path, kind)
    try:
        found, figures = model.metadata["identity"], model.metadata["figures"]
        names = list(model.metadata["arrays"])
    except (LookupError, TypeError) as error:
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
    return TrainingState(figures, {name: model.array(name) for name in names})


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 24 else f"{text[:12]}…{text[-6:]}"
