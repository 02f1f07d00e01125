"""The three losses of a prediction, and their gradients: one file each, over a whole chunk of tokens.

- `negative_sampling` tells a word from words drawn at random; `hierarchical_softmax` takes the branches of a
  tree; `full_softmax` compares all words. Each is a `TargetLoss`, as `nlp.word2vec.objective` tells.
"""
