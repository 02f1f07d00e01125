"""Texts to labels: a bag of hashed n-grams, and a linear layer over it; or in `recurrent` a network.

- `features` turns texts into numbers of buckets, `examples` a labelled text into a file of them.
- `losses` compare scores with labels: softmax, one-versus-all, hierarchical softmax.
- `learner` trains what `classifier` answers with; `files` keeps it, `quantization` makes it
  small; `autotune` looks for settings.
"""
