"""Text before any model: normalisation, sentences, tokens, vocabulary, records. Never imports NumPy."""
