"""Language models as Python sees them: how probable a text is, what follows it, what is missing in it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nlp.decoding.filling import BayesFiller
from nlp.decoding.gaps import Filler, LineFiller, find_gaps
from nlp.decoding.generation import Continuation, Limits
from nlp.decoding.opening import filler_of
from nlp.decoding.predictor import Predictor
from nlp.decoding.reading import pieces_of
from nlp.decoding.sampling import Sampler, drawing
from nlp.decoding.scoring import LineReader, Score
from nlp.decoding.settings import Sampling
from nlp.networks.files import LoadedLanguageModel
from nlp.ngrams.model import NgramModel
from nlp.text.vocabulary import Vocabulary


class Filling(NamedTuple):
    """What may stand in a gap, and how probable it is among all that was weighed."""

    text: str
    probability: float


@dataclass(frozen=True)
class FillModel:
    """A model that fills gaps."""

    filler: Filler

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens."""
        return self.filler.vocabulary

    def fill(self, line: str, k: int = 10, *, max_gap: int = 4, exact: bool = False) -> list[list[Filling]]:
        """The `k` best fillings of each gap of a line, from left to right; see `find_gaps` for what is one.

        >>> import nlp
        >>> model = nlp.load("tales.ngrams")
        >>> [[one.text for one in gap] for gap in model.fill("The king r___ to the river.", k=3)]
        [['un', 'uled', 'uler']]
        """
        gaps = find_gaps(line, self.vocabulary.level, max_gap, exact=exact)
        if not gaps:
            return []
        found = LineFiller(self.filler).fill(line, gaps, k)
        join = self.vocabulary.join
        return [[Filling(join(one.ids), one.probability) for one in candidates] for candidates in found]


@dataclass(frozen=True)
class LanguageModel(FillModel):
    """A model that reads from left to right: a network of `rnn-train` or `transformer-train`, or n-grams."""

    predictor: Predictor

    def score(self, text: str) -> Score:
        """How probable a text is, which may have several lines; a line end is a token too.

        >>> import nlp
        >>> score = nlp.load("tales.ngrams").score("The king rode out at dawn.")
        >>> score.tokens, score.unknown, round(score.perplexity, 1)
        (27, 0, 2.1)
        """
        lines = text.removesuffix("\n").split("\n")
        read = LineReader([self.predictor]).read([pieces_of(self.vocabulary, line) for line in lines])
        total = Score()
        for line in read:
            total = total.plus(line.score(line.log_probabilities([1.0])))
        return total

    def generate(
        self,
        prompt: str = "",
        length: int = 200,
        *,
        seed: int | None = None,
        stop: Sequence[str] = (),
        **sampling: Any,
    ) -> str:
        """What may follow the prompt, up to `length` tokens; `sampling` are the settings of `Sampling`.

        The same seed gives the same text, which is also that of `nlptool generate --seed`.

        Raises: SettingError for a setting of `Sampling` out of its limits

        >>> import nlp
        >>> model = nlp.load("tales.ngrams")
        >>> model.generate("The king", 60, seed=2, temperature=0.5)
        ' ruled from the queen sent nobody is a hole," said the queen'
        """
        chosen = int.from_bytes(os.urandom(4)) if seed is None else seed
        sampler = Sampler(Sampling(**sampling), drawing(chosen), (self.vocabulary.unknown,))
        return "".join(Continuation(self.predictor, prompt, Limits(length, stop), sampler))


def language_model(loaded: LoadedLanguageModel | NgramModel) -> FillModel | LanguageModel:
    """What a file holds, as Python sees it."""
    filler = filler_of(loaded)
    return LanguageModel(filler, filler.predictor) if isinstance(filler, BayesFiller) else FillModel(filler)
