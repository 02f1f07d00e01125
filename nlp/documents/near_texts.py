"""Texts that are nearly the same as one that has come before."""

from __future__ import annotations

import os
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from nlp.documents.band_table import OF_A_KEY, BandTable
from nlp.documents.config import Sameness
from nlp.documents.equal_texts import EqualTexts, Place, plain_forms
from nlp.documents.minhash import Bands
from nlp.documents.shingles import ShingleSets, jaccard, shingle_sets
from nlp.storage.temporary import UnnamedFile
from nlp.tagging.hashing import Hashes

COMPARED: Final = 16
"""Kept texts that a text is compared with, at most: those with which it shares most bands."""

_HASH_BYTES: Final = 4


class NearTexts:
    """Finds texts whose shingles are much the same as those of a text that was kept before.

    A text that is equal to an earlier one, but for spaces and case, is in the group of that one. Any other is
    compared with kept texts that share a band of its signature, by their sets of shingles: it joins the first
    of these that is as similar as the threshold, or is kept itself. So no text is dropped that is less
    similar than that to one that stays, and how many texts come at a time changes nothing.

    Memory holds a hash of each distinct text, and of each kept one a slot of `BandTable` for each band; the
    sets wait in `directory`, 4 bytes a shingle.

    Raises: OSError where temporary storage is full
    Source: Broder 1997, "On the resemblance and containment of documents"; Leskovec, Rajaraman & Ullman 2020,
            "Mining of massive datasets", §3.4.3 (candidates by bands, which are then compared)
    """

    def __init__(self, sameness: Sameness, directory: str | os.PathLike[str]) -> None:
        self.bands = Bands.for_similarity(sameness.threshold)
        self._sameness = sameness
        self._equal = EqualTexts()
        self._table = BandTable()
        self._kept = _Kept(directory)
        self._count = 0

    def places(self, texts: Sequence[str]) -> list[Place]:
        """The place of each of the texts that come next, which are numbered from 1."""
        places: list[Place] = []
        new: dict[int, str] = {}  # texts that no earlier one is equal to, by their numbers
        before = self._count + 1
        for form in plain_forms(texts):
            self._count += 1
            places.append(self._equal.place(form))
            if places[-1].first == self._count and form:
                new[self._count] = form
        waiting = iter(new.items())
        for sets in shingle_sets(list(new.values()), self._sameness.shingle):
            part = [next(waiting) for _ in range(len(sets))]
            for (number, form), place in zip(
                part, self._of_sets(sets, [one for one, _ in part]), strict=True
            ):
                places[number - before] = place
                if place.first != number:
                    self._equal.join(form, place)
        for number, place in enumerate(places, before):
            if number not in new and place.first >= before:  # equal to another of these texts
                places[number - before] = places[place.first - before]
        return places

    def _of_sets(self, sets: ShingleSets, numbers: Sequence[int]) -> list[Place]:
        """The places of texts, none of which is equal to another or to an earlier one."""
        keys = self.bands.keys(self.bands.signatures(sets))
        candidates = _Candidates.of(keys, self._table)
        places, kept = [], []
        for row, number in enumerate(numbers):
            shared = candidates.of_row(row)
            found = self._nearest(sets[row], shared) if shared else None
            if found is None:
                candidates.keep(row, len(self._kept))
                self._kept.append(number, sets[row])
                kept.append(row)
            places.append(found or Place(number, 1.0))
        self._kept.flush()
        ids = np.arange(len(self._kept) - len(kept), len(self._kept))
        self._table.add(keys[kept].ravel(), ids.repeat(self.bands.bands))
        return places

    def _nearest(self, shingles: Hashes, shared: Counter[int]) -> Place | None:
        """The place in the group of a kept text, of which the numbers of `shared` bands are known."""
        threshold, size = self._sameness.threshold, len(shingles)
        likely = sorted(shared, key=lambda one: (-shared[one], one))[:COMPARED]
        for one in sorted(likely):
            other = self._kept.size_of(one)
            if min(size, other) >= threshold * max(size, other):
                similarity = jaccard(shingles, self._kept[one])
                if similarity >= threshold:
                    return Place(self._kept.numbers[one], similarity)
        return None


@dataclass(frozen=True)
class _Candidates:
    """The kept texts that share bands with each of some texts, those among them that are kept too.

    Attributes: `counts` of the bands shared with earlier texts, by row; `repeated`, the bands of each row
    that another row has too, with how many more texts each may remember; `here`, the texts kept since.
    """

    counts: dict[int, Counter[int]]
    repeated: list[list[tuple[int, int]]]
    here: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, keys: Hashes, table: BandTable) -> _Candidates:
        """Those of texts with these keys (N, B), by what the table has."""
        bands = keys.shape[1]
        hits = table.find(keys.ravel())
        counts: dict[int, Counter[int]] = defaultdict(Counter)
        for row, number in zip((hits.asked // bands).tolist(), hits.numbers.tolist(), strict=True):
            counts[row][number] += 1
        room = OF_A_KEY - np.bincount(hits.asked, minlength=keys.size)
        repeated: list[list[tuple[int, int]]] = [[] for _ in keys]
        places = np.flatnonzero(_is_repeated(keys.ravel()))
        for place, key, left in zip(
            places.tolist(), keys.ravel()[places].tolist(), room[places].tolist(), strict=True
        ):
            repeated[place // bands].append((key, left))
        return cls(counts, repeated)

    def of_row(self, row: int) -> Counter[int] | None:
        """How many bands the text shares with each kept text, if any."""
        counts = self.counts.get(row)
        if not self.repeated[row]:
            return counts
        counts = counts or Counter()
        for key, left in self.repeated[row]:
            counts.update(self.here[key][:left])
        return counts

    def keep(self, row: int, number: int) -> None:
        """The text is kept, under this number."""
        for key, _ in self.repeated[row]:
            self.here[key].append(number)


def _is_repeated(keys: Hashes) -> npt.NDArray[np.bool_]:
    """Whether each key is there more than once."""
    order = keys.argsort(kind="stable")
    same = np.zeros(len(keys) + 1, np.bool_)
    np.equal(keys[order[1:]], keys[order[:-1]], out=same[1:-1])
    found = np.empty(len(keys), np.bool_)
    found[order] = same[1:] | same[:-1]
    return found


class _Kept:
    """The sets of shingles of the texts that are kept, and the numbers that these have among all texts."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.numbers = array("Q")
        self._ends = array("Q", [0])
        self._storage = UnnamedFile(directory)
        self._waiting: list[Hashes] = []

    def __len__(self) -> int:
        return len(self.numbers)

    def append(self, number: int, shingles: Hashes) -> None:
        """Keep one more text; its set waits in memory until `flush`."""
        self.numbers.append(number)
        self._ends.append(self._ends[-1] + len(shingles))
        self._waiting.append(shingles)

    def flush(self) -> None:
        """Write what is waiting to temporary storage."""
        if self._waiting:
            self._storage.append(np.concatenate(self._waiting).tobytes())
            self._waiting = []

    def size_of(self, one: int) -> int:
        """The number of shingles of a kept text."""
        return self._ends[one + 1] - self._ends[one]

    def __getitem__(self, one: int) -> Hashes:
        waiting = one - (len(self) - len(self._waiting))
        if waiting >= 0:
            return self._waiting[waiting]
        data = self._storage.read(self._ends[one] * _HASH_BYTES, self.size_of(one) * _HASH_BYTES)
        return np.frombuffer(data, np.uint32)
