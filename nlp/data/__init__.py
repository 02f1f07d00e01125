"""A text as the numbers that models learn from, on disk and larger than memory.

- `numbering` gives types their numbers in bounded memory; `token_file` (word vectors) and `language_text`
  (language models) hold an encoded text.
- `token_stream` deals out the tokens of an epoch for word vectors; `batches` cuts a text into columns for
  truncated backpropagation through time.
"""
