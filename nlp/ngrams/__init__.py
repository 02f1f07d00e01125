"""N-gram language models with modified Kneser-Ney smoothing.

`counts` and `discounts` make the `model`; `files` saves it, `predictor` asks it.
"""
