"""The checkpoint of a training: saved at intervals and before a signal ends it, removed when it is done."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nlp
from cli.io.writing import open_binary_output, remove_output
from cli.signals import ENDINGS, PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from cli.console import Console
    from cli.options.training import Training
    from nlp.training.checkpoint import TrainingState

    State = Callable[[], TrainingState]


@dataclass
class Checkpoints:
    """The checkpoint file of one run; `identity` (every setting and the hash of the data) tells which run.

    Without a `path` there is no checkpoint: nothing is saved, and signals end the process at once.
    """

    path: str | None
    seconds: float
    kind: str
    identity: Mapping[str, Any]
    _saved: float = field(default_factory=time.monotonic)
    _is_saved: bool = False
    _latest: State | None = None
    _ending: int | None = None
    _ending_since: float = 0.0
    _is_at_rest: bool = False
    _handlers: dict[signal.Signals, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, training: Training, kind: str, identity: Mapping[str, Any]) -> Checkpoints:
        """Checkpoints as the options of the training ask for."""
        identity = {"nlptool": nlp.__version__, **identity}
        return cls(training.checkpoint, training.checkpoint_every, kind, identity)

    def load(self, *, resume: bool, console: Console) -> TrainingState | None:
        """The saved state to resume from, or None to start from the beginning.

        Raises: ModelError for a checkpoint that is damaged or of another run, and for a file that is none and
                would be overwritten; OSError
        """
        from nlp.training.checkpoint import load_checkpoint

        if self.path is None or not Path(self.path).exists():
            if resume:
                console.note(f"{self.path}: no checkpoint yet; starting from the beginning")
            return None
        if not resume:
            self._check_replaceable(self.path)
            console.warn(
                f"{self.path} is of an earlier run and will be replaced; --resume would go on from it"
            )
            return None
        state = load_checkpoint(self.path, self.kind, self.identity)
        with suppress(LookupError, TypeError, ValueError):  # the training refuses a malformed state
            at = state.figures["position"]
            going_on = (
                f"going on from step {at['step']:,}, in epoch {at['epoch'] + 1}, as saved in {self.path}"
            )
            console.tell(going_on, {"resumed": self.path, "epoch": at["epoch"] + 1, "step": at["step"]})
        return state

    def on_boundary(self, state: State) -> None:
        """Called between two steps: save if it is time, or if a signal waits, which then ends the process."""
        self._latest = state
        if self._ending is not None:
            self._end(self._ending)
        if time.monotonic() - self._saved >= self.seconds:
            self._save()

    def fate(self) -> str:
        """What becomes of a training that is stopped now, and how to go on."""
        if self.path is None:
            return (
                "nothing is saved; with --resume the same command would save its state and go on from there"
            )
        if not self._is_saved:
            return "before its first step: there is nothing to save"
        return f"saved in {self.path}; the same command with --resume goes on from there"

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Make signals wait for the next boundary: in the middle of a step the weights are inconsistent."""
        if self.path is None:
            yield
            return
        self._handlers = {number: signal.getsignal(number) for number in ENDINGS}
        for number, handler in self._handlers.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._note)
        try:
            yield
        finally:
            self._hand_back()
        if self._ending is not None:  # it came after the last boundary
            self._end(self._ending)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Obey signals at once for a while: the state stays what it was at the last boundary."""
        self._is_at_rest = True
        try:
            if self._ending is not None:
                self._end(self._ending)
            yield
        finally:
            self._is_at_rest = False

    @contextmanager
    def until_in_place(self) -> Iterator[None]:
        """Write the output inside this context; then the checkpoint is removed, or on failure saved again."""
        try:
            yield
        except BaseException:
            with suppress(OSError):
                self._save()
            raise
        if self.path is not None:
            remove_output(self.path)

    def _check_replaceable(self, path: str) -> None:
        """Refuse to overwrite, and at the end to remove, a file that is not a checkpoint of this command."""
        from nlp.errors import ModelError
        from nlp.storage.kinds import open_kind

        try:
            open_kind(path, self.kind)
        except ModelError as error:
            raise ModelError(
                f"{path}: not a checkpoint of this command, so it is left as it is; name another file with "
                f"--checkpoint, or delete it"
            ) from error

    def _note(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._ending is None:
            self._ending, self._ending_since = number, now
            if self._is_at_rest:
                self._end(number)
        elif now - self._ending_since > PATIENCE:  # no boundary has come: give up saving
            self._hand_back()
            signal.raise_signal(number)

    def _end(self, number: int) -> None:
        """Save, then raise the signal again, with its original handler in place."""
        self._save()
        self._hand_back()
        signal.raise_signal(number)

    def _hand_back(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _save(self) -> None:
        from nlp.training.checkpoint import save_checkpoint

        if self.path is None or self._latest is None:
            return
        state = self._latest()
        if state.is_finite:
            with open_binary_output(self.path) as writer:
                save_checkpoint(writer, self.kind, self.identity, state)
            self._is_saved = True
        self._saved = time.monotonic()
