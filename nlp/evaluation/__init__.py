"""How good labels are, counted as the scorers of the field count.

- `tags` counts tokens, and `entities` what conlleval counts; `words` counts the words of segmented text as
  the scorer of the SIGHAN bakeoffs does. `labelled` reads two texts and chooses among these.
- `bleu` compares translations with references as sacreBLEU does.
- `shares` are the figures that all of them report.
"""
