"""Near duplicates by datasketch: `python -m tests.bench.peer_dedupe BANDS ROWS THRESHOLD < lines > groups`.

A line goes through the same steps as with `nlptool dedupe --groups`: its candidates are the kept lines that
share a band, and it joins the first of these whose shingles are as much the same as the threshold. Hashes
and permutations are those of datasketch.
"""

from __future__ import annotations

import sys

SHINGLE = 5


def main(bands: int, rows: int, threshold: float) -> None:
    """Write the number of the first line of each line's group, a tab and the line."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=bands * rows, params=(bands, rows))
    empty = MinHash(num_perm=bands * rows)  # copied for each line: its permutations are slow to draw
    kept: dict[int, set[str]] = {}
    equal: dict[str, int] = {}
    for number, line in enumerate(sys.stdin, 1):
        form = " ".join(line.lower().split())
        if form not in equal:
            shingles = {form[at : at + SHINGLE] for at in range(max(len(form) - SHINGLE + 1, 1))}
            signature = empty.copy()
            signature.update_batch([shingle.encode() for shingle in shingles])
            near = (
                one for one in sorted(index.query(signature)) if _jaccard(kept[one], shingles) >= threshold
            )
            equal[form] = next(near, number)
            if equal[form] == number:
                index.insert(number, signature)
                kept[number] = shingles
        sys.stdout.write(f"{equal[form]}\t{line}")


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
