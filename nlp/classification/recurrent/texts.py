"""Labelled texts as a network reads them: lists of tokens, and shares of labels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.classification.examples import LabelNumbers, hashed, label_shares
from nlp.classification.features import tokens_of
from nlp.data.labelled.texts import LabelledText
from nlp.layers.arrays import Floats
from nlp.networks.token_numbering import LONGEST


class TextTokens:
    """Cuts texts into the tokens that a network reads: those that n-grams are made of.

    Of a text of more than `LONGEST` the first and the last ones are read; one without any has an empty token.
    """

    def __init__(self, mode: str, *, cased: bool) -> None:
        self._cut = tokens_of(mode, cased=cased)

    def of(self, text: str) -> list[str]:
        """The tokens of a text."""
        tokens = [token for chunk in text.split() for token in self._cut(chunk)] or [""]
        half = LONGEST // 2
        return tokens if len(tokens) <= LONGEST else tokens[:half] + tokens[-half:]


@dataclass(frozen=True)
class LabelledTokens:
    """N labelled texts.

    Attributes: `labels`, the names of the L labels; `counts` (L,), the texts of each; `tokens` of each text;
    `shares` (N, L), its labels as shares that add up to 1; `skipped`, texts of which no label is known;
    `sha256` of labels and texts.
    """

    labels: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    tokens: list[list[str]]
    shares: Floats
    skipped: int
    sha256: str

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.tokens)


def labelled_tokens(
    texts: Iterable[LabelledText], cut: TextTokens, labels: Sequence[str] | None = None
) -> LabelledTokens:
    """Read labelled texts; `labels` are those of a model: texts that have none of these are left out."""
    digest, numbers = hashlib.sha256(), LabelNumbers(labels)
    tokens: list[list[str]] = []
    found: list[list[int]] = []
    for ids, text in numbers.of_known(hashed(texts, digest)):
        tokens.append(cut.of(text))
        found.append(ids)
    names, final, counts = numbers.sorted()
    flat = np.array([number for ids in found for number in ids], np.int32)
    shares = label_shares(final[flat], np.fromiter(map(len, found), np.int64, len(found)), len(names))
    return LabelledTokens(names, counts, tokens, shares, numbers.skipped, digest.hexdigest())
