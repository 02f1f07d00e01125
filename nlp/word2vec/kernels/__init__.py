"""The arithmetic of word2vec: losses and gradients of a chunk of tokens, in few large matrix products.

- `band` says which word predicts which; `predictors` are the input vectors (skip-gram) or their means (CBOW).
- `negative_sampling` with `noise`; `huffman` and `hierarchical_softmax`, which `middle_paths` and
  `ranked_paths` lay out anew to be fast for CBOW; `full_softmax`.
"""
