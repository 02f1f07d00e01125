"""Word vectors as they are asked, whoever trained them.

- `word_vectors` answers `queries` (neighbours, `analogies`), with `spelling` for near misses and `subwords`
  for unseen words.
- `files` opens what holds vectors; `formats` tells those of other tools, read by `text_format` and
  `binary_format` into `rows`, and written by `writers`; `evaluation` measures them by
  analogies and human judgements; `projection` lays them out on a map.
- `clustering` divides them into groups of words that lie together; such `word_groups` are features of other
  models.
"""
