"""Networks over token streams, made of layers: what is trained, saved and asked.

- `network` is an embedding, an encoder and a head over one vector of parameters; `config` has the settings
  that shape it, `files` saves and loads it, `pretrained_embedding` starts one from word vectors.
- `encoders` make vectors of a text: `recurrent` (RNN, LSTM, GRU), the bidirectional `two_sided`, `window`.
- `heads` predict from these vectors: `softmax`, and `adaptive` for large vocabularies.
- `tagger` labels the tokens of sentences, by layers of both directions (`encoders.bidirectional`), characters
  of words (`encoders.spelling`) and the head `crf`; `tagger_config` has its settings.
- `learner` trains it, by truncated backpropagation through time; `evaluation` is its loss on other text.
"""
