"""Models made of layers: what is trained, saved and asked.

- Word vectors: `word2vec` prepares a training; `objectives` makes its loss (`negative_sampling` by `skipgram`
  or `cbow`, `hierarchical`, `full_softmax`) over the rows of `inputs`, with `subwords` or without.
- Language models: `language_models` makes one of its settings: `language_model` (RNN, LSTM, GRU, by
  `recurrent_stack`), `feed_forward` or the bidirectional `fill_model`, each with an `output_layer`; training
  knows all three as a `sequence_model`. `ngram` is counted instead.
- `gradient_flow` and `trained_gradient_flow` measure how gradients vanish.
"""
