"""How good labels are, counted as the scorers of the field count.

- `tags` counts tokens, and `entities` what conlleval counts; `words` counts the words of segmented text as
  the scorer of the SIGHAN bakeoffs does. `labelled` reads two texts and chooses among these.
- `shares` are the figures that all of them report.
"""
