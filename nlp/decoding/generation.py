"""Text from a language model, token by token, handed out as it is made."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.decoding.predictor import Predictor
from nlp.decoding.reading import pieces_of, read_prompt
from nlp.decoding.repetition import CHECK_EVERY, LONGEST_REPETITION, repeated_cycle
from nlp.decoding.stop_strings import StopStrings
from nlp.layers.arrays import Floats, Ids
from nlp.text.detokenize import Detokenizer
from nlp.text.vocabulary import CHARACTERS, WORDS, TextOfPieces, Vocabulary

Choose = Callable[[Floats, Sequence[int]], int]
Forbidden = Callable[[Sequence[int]], Sequence[int]]

LENGTH, STOP, REPETITION = "length", "stop", "repetition"


@dataclass(frozen=True)
class Limits:
    """Where a text ends: after `length` tokens, before a `stop` string, or in a loop, unless `may_repeat`.

    Beam search ends with a stop string only texts of `least` tokens, its own included. `forbidden` tells
    which tokens may not follow those that have been generated.
    """

    length: int
    stop: Sequence[str] = ()
    may_repeat: bool = False
    least: int = 0
    forbidden: Forbidden | None = None


class Spelling:
    """The text of tokens as they come, after some text that is there already.

    Words are separated by a space, except where a line begins, or spelt as running text is: `detokenize`.
    """

    def __init__(self, vocabulary: Vocabulary, before: str = "", *, detokenize: bool = False) -> None:
        self._tokens = vocabulary.words
        self._line_end = vocabulary.line_end
        self._is_joined = vocabulary.level == CHARACTERS
        self._begins = not before or before[-1].isspace()
        self._vocabulary = vocabulary
        self._pieces = self._of_pieces(goes_on=before[-1:] not in {"", "\n"})
        self._running = Detokenizer() if detokenize and vocabulary.level == WORDS else None
        if self._running is not None:
            for word in before.rpartition("\n")[2].split():
                self._running(word)

    def __call__(self, number: int) -> str:
        """The text that this token adds."""
        if self._is_joined:
            return self._tokens[number]
        if self._pieces is not None:
            if number != self._line_end:
                return self._pieces.feed(self._vocabulary.pieces_of[number])
            rest, self._pieces = self._pieces.rest(), self._of_pieces(goes_on=False)
            return f"{rest}\n"
        if number == self._line_end:
            self._begins = True
            if self._running is not None:
                self._running.end_line()
            return "\n"
        if self._running is not None:
            begins, self._begins = self._begins, False
            spelt = self._running(self._tokens[number])
            return spelt.removeprefix(" ") if begins else spelt
        space = "" if self._begins else " "
        self._begins = False
        return space + self._tokens[number]

    def rest(self) -> str:
        """What pieces of words have not spelt yet, at the end of the text."""
        return "" if self._pieces is None else self._pieces.rest()

    def _of_pieces(self, *, goes_on: bool) -> TextOfPieces | None:
        pieces = self._vocabulary.pieces
        return None if pieces is None else pieces.spelling(goes_on=goes_on)


class Continuation:
    """What follows a prompt. Iterating makes it: strings, some of them empty, as soon as they are final.

    Attributes, once it has ended: `tokens`, all that were drawn; `logprob`, their sum of log P in nats by the
    model itself, whatever the sampling; `ended`, "length", "stop" or "repetition"; `cycle`, the length of the
    repeated cycle.
    """

    def __init__(
        self,
        predictor: Predictor,
        prompt: str,
        limits: Limits,
        choose: Choose,
        *,
        detokenize: bool = False,
    ) -> None:
        self._predictor = predictor
        self._limits = limits
        self._choose = choose
        vocabulary = predictor.vocabulary
        self._spelling = Spelling(vocabulary, prompt, detokenize=detokenize)
        self._history = array("i", vocabulary.numbers(pieces_of(vocabulary, prompt)))
        self._prompt_length = len(self._history)
        self.logprob = 0.0
        self.ended = LENGTH
        self.cycle = 0

    @property
    def tokens(self) -> Sequence[int]:
        """The tokens drawn so far, including those of a stop string."""
        return self._history[self._prompt_length :]

    def __iter__(self) -> Iterator[str]:
        """Make the text; to be called once."""
        stop = StopStrings(self._limits.stop)
        for number in self._drawn():
            ready, stopped = stop.feed(self._spelling(number))
            yield ready
            if stopped:
                self.ended = STOP
                return
        ready, _ = stop.feed(self._spelling.rest())
        yield ready + stop.rest()

    def _drawn(self) -> Iterator[int]:
        predictor, choose, length = self._predictor, self._choose, self._limits.length
        forbidden = self._limits.forbidden
        history = self._history  # a penalty looks back into the prompt
        state, log_probabilities = read_prompt(predictor, history)
        ids: Ids = np.empty(1, np.int32)
        for drawn in range(1, length + 1):
            allowed = log_probabilities
            if forbidden and (never := forbidden(history[len(history) - drawn + 1 :])):
                allowed = log_probabilities.copy()
                allowed[list(never)] = -np.inf
            number = choose(allowed, history)
            self.logprob += float(log_probabilities[number])
            history.append(number)
            yield number
            if drawn == length:
                return
            if drawn % CHECK_EVERY == 0 and not self._limits.may_repeat:
                self.cycle = repeated_cycle(history[-min(drawn, LONGEST_REPETITION) :])
                if self.cycle:
                    self.ended = REPETITION
                    return
            ids[0] = number
            log_probabilities = predictor.advance(state, ids)[0]
