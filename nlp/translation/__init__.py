"""Sequences to sequences, texts to texts: translation, and whatever else is learnt from pairs.

- `config` has the settings. `pairs` numbers pairs of texts by pieces of words, in batches.
- `network` is what reads a source and what writes a target, by looking at what was read: `recurrent`, from
  both ends (`looking` has its forms of attention), or `transformer`; `networks` chooses. `learner` trains it,
  `training` makes texts ready, `files` saves and loads it.
- `translator` is the model as it is used: `search` looks for the best target, greedily or by beams, and
  `copying` takes from the source what no piece of a word can spell.
"""
