"""Networks over token streams, made of layers: what is trained, saved and asked.

- `config` has the settings that shape a network, `make` builds one of them, `files` saves and loads it.
- `language_model` (RNN, LSTM, GRU, by `recurrent_stack`), `feed_forward` and the bidirectional `fill_model`,
  each with an `output_layer`; `pretrained_embedding` starts one from word vectors.
- `learner` trains it, by truncated backpropagation through time; `evaluation` is its loss on other text.
"""
