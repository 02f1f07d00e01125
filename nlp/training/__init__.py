"""From a text to trained weights: the same bytes for a seed, whatever the workers and the interruptions.

- Word vectors: `step_loop` takes the steps of an epoch; `row_updates` computes one and applies it row by row.
- Language models: `language_training` makes one ready by its `language_settings`, `language_loop` goes over
  the text; `gradients` sums those of a batch's shards for one of the `optimizers`; `language_evaluation`
  takes the loss of other text.
- Both: `team` (workers over shared memory), `schedules` (learning rates), `early_stopping`, `checkpoint`,
  `progress`.
"""
