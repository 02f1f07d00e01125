"""The arithmetic of word2vec: losses and gradients of a chunk of tokens, in few large matrix products.

- `band` says which word predicts which; `predictors` are the input vectors (skip-gram) or their means (CBOW).
- `negative_sampling` with `noise`; `hierarchical_softmax` over the tree of `huffman`; `full_softmax`.
"""
