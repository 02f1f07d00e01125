"""Networks over token streams, made of layers: what is trained, saved and asked.

- `network` is an embedding, an encoder and a head over one vector of parameters; `config` has the settings
  that shape it, `transformer_config` those of a Transformer, `files` saves and loads it,
  `pretrained_embedding` starts one from word vectors, `grown_vocabulary` from a network with fewer tokens.
- `encoders` make vectors of a text: `recurrent` (RNN, LSTM, GRU), the bidirectional `two_sided`, `window`,
  `transformer`.
- `heads` predict from these vectors: `softmax`, and `adaptive` for large vocabularies.
- `learner` trains it, by truncated backpropagation through time; `evaluation` is its loss on other text.
- Networks over the tokens of sentences read them by `encoders.tokens`: layers of both directions
  (`encoders.bidirectional`), and characters of words (`encoders.spelling`). `tagger` labels each token, with
  the head `crf`. `token_config` has their settings, `token_numbering` makes numbers of tokens, which
  `token_files` keeps; `sentence_learner` trains them, by batches as `batch_learner` takes them.
"""
