"""The layers of all networks, as functions over NumPy arrays: forward, backward, and nothing hidden.

To read them in the order of a course:

- `embedding` (one-hot vectors and lookup), `dense`, `softmax` (with cross-entropy);
- `cells` (RNN, LSTM, GRU, a file each: one step forward, one step back), then `recurrent` (the scan over
  time, and backpropagation through time) and `both_ways` (two scans at once);
- against gradients that vanish or explode, and against overfitting: `initialize`, `clipping`, `dropout`,
  `batch_norm`, `normalised`;
- `additive_attention`, the first one; `attention` by products (and `multi_head`, with its projections),
  `rotary` positions, `layer_norm` and `rms_norm`, `feed_forward`: what a Transformer is made of;
- `adaptive_softmax`, for large vocabularies; `crf`, for the labels of a sequence; `pooling`, which makes one
  vector of a sequence (`ragged` tells which rows have a place);
- `scatter` sums gradients by row.

A layer has no state: it reads tensors, views of one flat vector (`parameters`), asks for buffers by name
(`workspace`), and a forward returns what its backward needs. `dx` means the gradient of the loss by x, of the
shape of x; a name that ends in `_` changes its first argument in place. Axes: T time, B batch, N rows (T B of
them, or any number), D inputs, H hidden units, G gates, V vocabulary.
"""
