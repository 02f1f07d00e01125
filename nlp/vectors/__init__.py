"""Word vectors as they are asked, whoever trained them.

- `word_vectors` answers `queries` (neighbours, `analogies`), with `spelling` for near misses and `subwords`
  for unseen words.
- `files` opens what holds vectors, `formats` are those of other tools; `evaluation` measures them by
  analogies and human judgements; `projection` lays them out on a map.
"""
