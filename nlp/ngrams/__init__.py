"""N-gram language models with modified Kneser-Ney smoothing.

`counts` and `discounts` make the `model`; `files` saves it, `predictor` asks it. `arpa` reads the files of
other tools by `arpa_lines`, of whose n-grams `trie` makes a model; `arpa_writer` writes them.
"""
