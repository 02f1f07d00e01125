"""From a language model to text: predicting, sampling, searching, scoring, filling gaps.

- `predictor` is what all of it knows of a model; `opening` makes one of a file: a `network_predictor`, or
  that of n-grams, in `nlp.ngrams`. A `mixture` of several tells log P; as one predictor, `mixed_predictor`.
- Generating: `generation` token by token by `sampling`, or `beam` search; `stop_strings` end a text,
  `repetition` and `novelty` judge it, `copying` keeps it from copies.
- Scoring: `scoring`, which takes a text in by `reading`.
- Filling: `gaps` finds them; `opening` chooses between `two_sided` (a bidirectional model) and `filling`
  (Bayes' rule, for models that read from left to right).
"""
