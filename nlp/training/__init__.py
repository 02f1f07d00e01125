"""From a text to trained weights: the same bytes for a seed, whatever the workers and the interruptions.

- `learner` is all that training knows of what it trains; `loop` goes over its steps with a `team` of workers
  over shared memory, saves `checkpoint`s, reports `progress`, keeps the best epoch (`early_stopping`) and
  ends at `divergence`.
- What learners are made of: `optimizers` with `gradients` (dense, of shards), `row_updates` (of few rows),
  `schedules` of the learning rate, `language_settings` and `transformer_settings`.
"""
