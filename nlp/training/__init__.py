"""From a text to trained weights: the same bytes for a seed, whatever the workers and the interruptions.

- A text as numbers, on disk and larger than memory: `numbering`, `token_file` (word vectors), `language_text`
  (language models), with `spooled_text` and `unnamed_file` for what comes from a pipe.
- Word vectors: `token_stream` deals out the tokens of an epoch, `step_loop` takes its steps, `synchronous`
  computes one and applies its updates row by row.
- Language models: `language_training` makes one ready by its `language_settings`, `batches` cuts the text for
  truncated BPTT, `language_loop` goes over it; `sharded_gradient` sums the gradients of a batch's shards for
  one of the `optimizers`; `language_evaluation` takes the loss of other text.
- Both: `parallel` (workers over shared memory), `schedules` (learning rates), `early_stopping`, `checkpoint`,
  `progress`.
"""
