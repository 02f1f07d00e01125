"""From a language model to text: predicting, sampling, searching, scoring."""
