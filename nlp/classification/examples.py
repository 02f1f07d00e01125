"""Labelled texts as a training reads them: on disk, a number for each feature."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from os import PathLike
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.classification.features import Bags, Featurizer, Offsets
from nlp.data.labelled.texts import LabelledText
from nlp.layers.arrays import Floats, Ids
from nlp.layers.ragged import places_of
from nlp.storage.temporary import UnnamedFile

GROUP = 8
"""Texts that stay side by side: where each single one is would take more memory than some texts are long."""

_BYTES = 4  # of an int32
_GROUPS_AT_ONCE = 128


class Texts(NamedTuple):
    """B texts: their features, `starts` (B + 1,) of those of each, and their labels likewise."""

    buckets: Ids
    starts: Offsets
    label_ids: Ids
    label_starts: Offsets

    def only(self, chosen: npt.NDArray[np.bool_]) -> Texts:
        """The texts with those of their features that are chosen, and the first one of each. Shapes: (F,)."""
        chosen[self.starts[:-1]] = True
        counts = np.add.reduceat(chosen, self.starts[:-1], dtype=np.int64)
        return self._replace(buckets=self.buckets[chosen], starts=_offsets(counts))

    def targets(self, labels: int) -> Floats:
        """The labels of each text as shares that add up to 1. Shapes: of L labels (B, L)."""
        return label_shares(self.label_ids, np.diff(self.label_starts), labels)


@dataclass(frozen=True)
class Examples:
    """N labelled texts, in groups of `GROUP`.

    Attributes: `labels`, the names of the L labels; `counts` (L,), the texts of each; `starts`, where each
    group starts in `storage`, in numbers, and where the last one ends; `texts`, N; `tokens` of all texts;
    `skipped`, texts of which no label is known; `sha256` of labels and texts; `final` (L,), the number of
    each label, in the order of their first occurrence.
    """

    labels: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    starts: Offsets
    texts: int
    tokens: int
    skipped: int
    sha256: str
    storage: UnnamedFile
    final: Ids

    def __len__(self) -> int:
        """How many texts there are."""
        return self.texts

    @property
    def groups(self) -> int:
        """How many groups there are, of which the last may have fewer texts."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Bounds of the number of features in each group."""
        return np.diff(self.starts)

    def read(self, groups: Iterable[int]) -> Texts:
        """The texts of some groups, at least one."""
        pieces: list[list[Ids]] = [[], [], [], []]  # sizes, numbers of labels, labels, features
        for group in groups:
            start, end = int(self.starts[group]), int(self.starts[group + 1])
            block = np.frombuffer(self.storage.read(_BYTES * start, _BYTES * (end - start)), np.int32)
            texts = GROUP if group < self.groups - 1 else self.texts - group * GROUP
            before = 2 * texts
            after = before + int(block[texts:before].sum())
            bounds = (0, texts, before, after, len(block))
            for number, piece in enumerate(pieces):
                piece.append(block[bounds[number] : bounds[number + 1]])
        sizes, label_counts, label_ids, buckets = map(np.concatenate, pieces)
        return Texts(buckets, _offsets(sizes), self.final[label_ids], _offsets(label_counts))

    def read_all(self) -> Iterator[Texts]:
        """All texts in order, some groups at a time."""
        for first in range(0, self.groups, _GROUPS_AT_ONCE):
            yield self.read(range(first, min(first + _GROUPS_AT_ONCE, self.groups)))


def encode_texts(
    texts: Iterable[LabelledText],
    featurizer: Featurizer,
    directory: str | PathLike[str],
    labels: Sequence[str] | None = None,
) -> Examples:
    """Read labelled texts; `labels` are those of a model: texts that have none of these are left out."""
    storage, digest = UnnamedFile(directory), hashlib.sha256()
    numbers = LabelNumbers(labels)
    starts, read = [0], 0
    tokens = 0
    known = numbers.of_known(hashed(texts, digest))
    while batch := list(islice(known, _GROUPS_AT_ONCE * GROUP)):
        bags = featurizer.bags([text for _, text in batch])
        tokens += bags.tokens
        read += len(batch)
        blocks, ends = _blocks([ids for ids, _ in batch], bags)
        storage.append(blocks.tobytes())
        starts += (starts[-1] + ends).tolist()
    names, final, counts = numbers.sorted()
    return Examples(
        names,
        counts,
        np.array(starts, np.int64),
        read,
        tokens,
        numbers.skipped,
        digest.hexdigest(),
        storage,
        final,
    )


class LabelNumbers:
    """Numbers of labels in the order of first occurrence, of given ones or of all.

    Attributes: `index`, the number of each; `counts` of texts that have it; `skipped`, texts without any.
    """

    def __init__(self, labels: Sequence[str] | None) -> None:
        self.index = {label: number for number, label in enumerate(labels or ())}
        self.counts = [0] * len(self.index)
        self.skipped = 0
        self._is_open = labels is None

    def of_known(self, texts: Iterable[LabelledText]) -> Iterator[tuple[list[int], str]]:
        """The numbers of each text that has a known label, and the text."""
        for names, text in texts:
            if self._is_open:
                for name in names:
                    if name not in self.index:
                        self.index[name] = len(self.index)
                        self.counts.append(0)
            ids = [self.index[name] for name in names if name in self.index]
            for number in ids:
                self.counts[number] += 1
            if ids:
                yield ids, text
            else:
                self.skipped += 1

    def sorted(self) -> tuple[tuple[str, ...], Ids, npt.NDArray[np.int64]]:
        """The names in the order that they are kept in, where each number is there, and the count of each.

        Those of given labels stay as they were given.
        """
        names = tuple(sorted(self.index) if self._is_open else self.index)
        places = {name: place for place, name in enumerate(names)}
        final = np.array([places[name] for name in self.index], np.int32)
        counts = np.zeros(len(names), np.int64)
        counts[final] = self.counts
        return names, final, counts


def label_shares(ids: Ids, counts: Offsets, labels: int) -> Floats:
    """The labels of B texts, of which each has so many, as shares that add up to 1. Shapes: (B, L)."""
    rows = np.repeat(np.arange(len(counts)), counts)
    shares: Floats = np.zeros((len(counts), labels), np.float32)
    shares[rows, ids] = (1 / counts)[rows]
    return shares


def weighted(shares: Floats, class_weights: Floats | None) -> Floats:
    """The shares of labels, scaled to add up to the weight of each text. Shapes: (B, L), weights (L,)."""
    return shares if class_weights is None else shares * (shares @ class_weights)[:, None]


def _blocks(ids: Sequence[Sequence[int]], bags: Bags) -> tuple[Ids, Offsets]:
    """What is stored of the texts of some groups, see `Examples.read`, and where each group ends."""
    sizes, of_labels = np.diff(bags.starts), np.fromiter(map(len, ids), np.int64, len(ids))
    firsts = np.arange(0, len(ids), GROUP)
    texts = np.minimum(GROUP, len(ids) - firsts)
    labels, features = (np.add.reduceat(lengths, firsts) for lengths in (of_labels, sizes))
    lengths = 2 * texts + labels + features
    starts = np.cumsum(lengths) - lengths
    stored = np.empty(lengths.sum(), np.int32)
    for numbers, counts in (
        (sizes, texts),
        (of_labels, texts),
        (np.fromiter(chain.from_iterable(ids), np.int32, int(labels.sum())), labels),
        (bags.buckets, features),
    ):
        stored[places_of(starts, counts)] = numbers
        starts = starts + counts
    return stored, starts


def hashed(texts: Iterable[LabelledText], digest: hashlib._Hash) -> Iterator[LabelledText]:
    """The same texts; the digest takes in their labels and what they say."""
    texts = iter(texts)
    while some := list(islice(texts, _GROUPS_AT_ONCE * GROUP)):
        told = "".join(["\t".join((*labels, text, "")) for labels, text in some])
        digest.update(told.encode("utf-8", "surrogatepass"))
        yield from some


def _offsets(counts: Ids) -> Offsets:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)))
