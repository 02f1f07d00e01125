"""What stands on disk, read without trust.

- `model_file` is the one format of models and checkpoints, `kinds` the table from the kind of a model to what
  loads it, `vocabulary` the one form of a vocabulary in it, `byte_pairs` that of pieces of words.
- `foreign_file` are the plain bytes of a file of another tool.
- `temporary` storage leaves nothing behind; `spooled_text` is a text from a pipe that is read twice.
"""
