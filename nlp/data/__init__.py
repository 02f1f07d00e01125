"""A text as the numbers that models learn from, on disk and larger than memory.

- `numbering` gives types their numbers in bounded memory, `subword_numbering` pieces of words; a `corpus` is
  an encoded text, `advice` what is wrong with it for a language model.
- `token_stream` deals out the tokens of an epoch for word vectors; `batches` cuts a text into columns for
  truncated backpropagation through time, `sentence_batches` has sentences of about the same length.
- `labelled` reads and writes texts whose words have labels.
"""
