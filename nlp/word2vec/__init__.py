"""Word vectors learnt from the words around each word (word2vec), and how a training of them is set up.

- `config` has the settings; `learner` trains, and makes the result; `files` saves it.
- `objectives` makes the loss of a chunk: `negative_sampling` by `skipgram` or `cbow`, `hierarchical_softmax`
  or `full_softmax`, over the rows of `input_rows`. The arithmetic is in `kernels`.
- `held_out_loss` is that of other text; `advice` warns of what makes vectors bad.
"""
