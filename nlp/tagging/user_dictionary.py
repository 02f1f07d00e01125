"""Words that a user wants to be found wherever they stand, spaces and marks included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from nlp.tagging.characters import Codes, codes
from nlp.tagging.hashing import Hashes, joined, spread

Keys = npt.NDArray[np.uint64]

_COUNTED = re.compile(r"(?P<entry>.*\S)\s+(?P<count>[0-9]+)(?:\s+[A-Za-z]\w*)?\s*")
_AT_ONCE = 1 << 14  # entries
_BITS = 20  # of the table that tells at once that nearly all places begin no entry
_OTHER = np.uint32(0x5BD1E995)  # a second hash is that of the characters xored with this


class UserDictionary:
    """Entries as 64 bits each: two hashes of their characters. Case counts, and so does width.

    Attributes: `longest`, how many characters an entry has at most.
    """

    def __init__(self, entries: Iterable[tuple[str, bool]]) -> None:
        """Take entries, each with whether it is wanted; of two that are the same the later one counts."""
        found: dict[int, list[tuple[Keys, npt.NDArray[np.bool_]]]] = {}
        for some in _batches(entries):
            by_length: dict[int, list[tuple[str, bool]]] = {}
            for entry in some:
                by_length.setdefault(len(entry[0]), []).append(entry)
            for length, same in by_length.items():
                text = codes("".join(word for word, _ in same)).reshape(-1, length)
                wanted = np.array([is_wanted for _, is_wanted in same], np.bool_)
                found.setdefault(length, []).append((_key(_hashes(text.T)), wanted))
        self._keys: dict[int, Keys] = {}
        self._may_begin = np.zeros(1 << _BITS, np.bool_)
        for length in sorted(found):
            keys, wanted = (np.concatenate(parts) for parts in zip(*found.pop(length), strict=True))
            if len(kept := _last(keys, wanted)):
                self._keys[length] = kept
                self._may_begin[kept >> np.uint64(64 - _BITS)] = True
        self.longest = max(self._keys, default=0)

    def __len__(self) -> int:
        return sum(map(len, self._keys.values()))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where entries stand in `text`: from the left, and of those that start at a place the longest.

        None begins or ends within a word of letters or digits of another script than Han.
        """
        ends = np.zeros(len(text) + 1, np.int64)
        symbols, length = codes(text), 0
        hashes: tuple[Hashes, Hashes] | None = None
        for wanted, keys in self._keys.items():
            while length < wanted <= len(text):
                hashes = _hashes([symbols]) if hashes is None else _longer(hashes, symbols[length:])
                length += 1
            if length < wanted or hashes is None:
                break
            places = np.flatnonzero(self._may_begin.take(hashes[0] >> np.uint32(32 - _BITS)))
            found = _key((hashes[0][places], hashes[1][places]))
            at = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
            hits = places[keys[at] == found]
            ends[hits] = hits + wanted
        return _chosen(text, np.flatnonzero(ends).tolist(), ends)


def read_dictionary(lines: Iterable[str], clean: Callable[[str], str] = str) -> Iterator[tuple[str, bool]]:
    """Read an entry a line, after which a count may stand behind a tab or, without one, a space.

    An entry with the count 0 is not wanted. What else follows the count is left out, such as a tag. `clean`
    makes of an entry what it looks like in the text.
    """
    for line in lines:
        entry, tab, rest = line.rstrip("\r\n").partition("\t")
        count = rest.split()[0] if rest.split() else ""
        if not tab:
            entry, count = _spaced(entry)
        if entry := clean(entry.strip()):
            yield entry, not (count.isdecimal() and int(count) == 0)


def _spaced(line: str) -> tuple[str, str]:
    """The entry and the count of `word 5 n` or `word 5`; a line without a number at its end is an entry."""
    if found := _COUNTED.fullmatch(line):
        return found["entry"], found["count"]
    return line, ""


def _batches(entries: Iterable[tuple[str, bool]]) -> Iterator[list[tuple[str, bool]]]:
    iterator = iter(entries)
    while some := list(islice(iterator, _AT_ONCE)):
        yield some


def _last(keys: Keys, wanted: npt.NDArray[np.bool_]) -> Keys:
    """The rising keys of entries that are wanted in the end."""
    order = np.argsort(keys, kind="stable")
    keys, wanted = keys[order], wanted[order]
    return keys[np.append(keys[1:] != keys[:-1], True) & wanted]


def _hashes(characters: Sequence[Codes] | Codes) -> tuple[Hashes, Hashes]:
    """Two hashes of words whose first characters are `characters[0]`, and so on."""
    hashes = spread(characters[0]), spread(characters[0] ^ _OTHER)
    for following in characters[1:]:
        hashes = _longer(hashes, following, ahead=False)
    return hashes


def _longer(hashes: tuple[Hashes, Hashes], following: Codes, *, ahead: bool = True) -> tuple[Hashes, Hashes]:
    """The hashes of words with one more character; those `ahead` in a text have no room at its end."""
    first, other = (one[: len(following)] if ahead else one for one in hashes)
    return joined(first, following), joined(other, following ^ _OTHER)


def _key(hashes: tuple[Hashes, Hashes]) -> Keys:
    return (hashes[0].astype(np.uint64) << np.uint64(32)) | hashes[1]


def _chosen(text: str, starts: Sequence[int], ends: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    last = 0
    for start in starts:
        end = int(ends[start])
        if start >= last and not (_joins(text, start) or _joins(text, end)):
            spans.append((start, end))
            last = end
    return spans


def _joins(text: str, place: int) -> bool:
    """Whether a word of letters or digits goes on at this place."""
    return 0 < place < len(text) and _in_word(text[place - 1]) and _in_word(text[place])


def _in_word(character: str) -> bool:
    return character.isalnum() and not "\u2e80" <= character < "\uac00" and character < "\U00020000"
