"""Word vectors learnt from the words around each word (word2vec).

- `config` has the settings; `learner` is what trains, and makes the result; `files` saves it.
- `objective` is the loss of a chunk of tokens (`chunks`). In it `predictors` predict words: for skip-gram
  single input vectors, for CBOW means of them, from the rows that `input_rows` tells. What a prediction
  costs is one of the `losses`; `huffman` is the tree of one of these.
- `held_out_loss` is that of other text; `advice` warns of what makes vectors bad.
"""
