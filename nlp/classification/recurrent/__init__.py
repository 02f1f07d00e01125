"""The classifier that is a network: recurrent layers read a text, and pooling makes it one vector.

- `texts` are lists of tokens; `network` scores labels, by the settings of `config`.
- `learner` trains what `classifier` answers with, made ready by `training`; `files` keeps it.
"""
