"""Text before any model: normalisation, sentences, tokens, vocabulary, records. Never imports NumPy.

Tokens are words, characters or, by `byte_pairs`, pieces of words that are learnt; `detokenize` writes words
as running text.
"""
