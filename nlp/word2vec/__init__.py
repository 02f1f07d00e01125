"""Word vectors learnt from the words around each word (word2vec).

- `config` has the settings; `learner` is what trains, and makes the result; `files` saves it.
- `steps` are what a training consists of. `slices` trains on parts of a text side by side, by
  `slice_settings`; `combine` puts together what they learnt.
- `objective` is the loss of a chunk of tokens (`chunks`). In it `predictors` predict words: for skip-gram
  single input vectors, for CBOW means of them, from the rows that `input_rows` tells. What a prediction
  costs is one of the `losses`; `huffman` is the tree of one of these.
- `held_out_loss` is that of other text; `advice` warns of what makes vectors bad.
"""
