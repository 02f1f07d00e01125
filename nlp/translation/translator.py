"""A translation model as it is used: texts in, targets out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlp.layers.arrays import Floats
from nlp.layers.workspace import Workspace
from nlp.translation.copying import copied, has_bytes
from nlp.translation.network import TranslationNetwork
from nlp.translation.pairs import NumberedPairs, Pieces, Ragged, SourceBatch
from nlp.translation.search import Found, by_falling_length, search

TOGETHER = 64
"""Sources that are translated side by side."""

END = "</s>"
"""How the end of a text is written."""

LONGEST = 1000
"""Pieces of a source that are read."""


@dataclass(frozen=True)
class Translation:
    """A target.

    Attributes: `text`; its `logprob` in nats; `source` and `target`, the pieces of both, as they are written,
    with their ends; `weights` (T, S), how much each place of the target looked at each of the source, None
    where these were not asked for or the model has no attention.
    """

    text: str
    logprob: float
    source: Sequence[str] = ()
    target: Sequence[str] = ()
    weights: Floats | None = None


@dataclass(frozen=True)
class Translator:
    """A network and the pieces of words that it knows.

    Attributes: `network`; `pieces`; `metadata`, all that a model file says.
    """

    network: TranslationNetwork
    pieces: Pieces
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> str:
        """What it is, in words."""
        source, target = self.pieces.sizes
        parameters = self.network.parameters.flat.size
        return f"{source:,} pieces of the source, {target:,} of the target, {parameters:,} parameters"

    def translate(
        self,
        texts: Sequence[str],
        *,
        beam: int = 5,
        penalty: float = 1.0,
        best: int = 1,
        aligned: bool = False,
    ) -> list[list[Translation]]:
        """The `best` targets of each text, of which there are at most `beam`, the best one first.

        An empty text has one target, the empty one. Of a text of over `LONGEST` pieces, the first are read.
        With `aligned`, each target knows what it looked at.
        """
        table, workspace = self.network.input_table(), Workspace(self.network.parameters.flat.dtype)
        sources = [self.pieces.source.encode(text)[:LONGEST] for text in texts]
        found: list[list[Translation]] = [[Translation("", 0.0)] for _ in texts]
        read = [number for number, source in enumerate(sources) if source]
        for batch in by_falling_length([sources[number] for number in read], TOGETHER):
            numbers = [read[place] for place in batch]
            ended = Ragged.of([[*sources[number], self.pieces.source_end] for number in numbers])
            source = SourceBatch(ended.side_by_side(np.arange(len(batch))), ended.lengths)
            targets = search(
                self.network,
                table,
                source,
                self.pieces.target_end,
                beam=beam,
                penalty=penalty,
                workspace=workspace,
            )
            for number, some in zip(numbers, targets, strict=True):
                found[number] = self._finished(sources[number], some[:best], workspace, aligned=aligned)
        return found

    def is_cut(self, text: str) -> bool:
        """Whether a text is longer than what is read of it."""
        return len(text) > LONGEST and len(self.pieces.source.encode(text)) > LONGEST

    def _finished(
        self, source: list[int], targets: Sequence[Found], workspace: Workspace, *, aligned: bool
    ) -> list[Translation]:
        """Targets as text, with what no piece can spell copied from the source."""
        found = []
        for pieces, logprob, _ in targets:
            weights = None
            if aligned or (has_bytes(pieces) and has_bytes(source)):
                weights = self._weights(source, pieces, workspace)
            written = pieces if weights is None else copied(source, pieces, weights)
            text = self.pieces.target.decode(written)
            if not aligned:
                found.append(Translation(text, logprob))
                continue
            names = [
                [*(known.names[number] for number in numbers), END]
                for known, numbers in ((self.pieces.source, source), (self.pieces.target, pieces))
            ]
            found.append(Translation(text, logprob, names[0], names[1], weights))
        return found

    def _weights(self, source: list[int], target: list[int], workspace: Workspace) -> Floats | None:
        """How each place of a target looks at the source, (T, S)."""
        pair = NumberedPairs(
            Ragged.of([[*source, self.pieces.source_end]]), Ragged.of([[*target, self.pieces.target_end]])
        )
        weights = self.network.weights(pair.batch(np.arange(1)), workspace)
        return None if weights is None else weights[0].copy()
