"""An ARPA file as others write it: no weight where none is needed, one above 1, `the rode` pruned."""

from __future__ import annotations

ARPA = r"""
\data\
ngram 1=6
ngram 2=6
ngram 3=3

\1-grams:
-0.9	</s>
-99	<s>	-0.2
-0.7	the	0.15
-1.1	king	-0.4
-1.3	rode
-1.5	<unk>	-0.05

\2-grams:
-0.3	<s> the	-0.25
-0.6	the king	0.1
-0.8	king rode
-0.4	rode </s>
-1.0	king <unk>	-0.3
-1.2	the the

\3-grams:
-0.15	<s> the king
-0.35	the king rode
-0.45	<s> the rode

\end\
"""

BY_KENLM = {
    "the king rode": [-0.3, -0.15, -0.35, -0.4],
    "king rode the the king": [-1.3, -0.8, -0.7, -1.2, -0.6, -1.2],
    "": [-1.1],
    "zzz king zzz rode": [-1.7, -1.15, -1.0, -1.65, -0.4],
    "the": [-0.3, -1.0],
    "king king": [-1.3, -1.5, -1.3],
    "the rode": [-0.3, -0.45, -0.4],
}
"""log10 P of each word of a sentence and of its end: `kenlm.Model(path).full_scores(line)` of KenLM 2023."""

BY_KENLM_WITHOUT_UNKNOWN = [-100.2, -1.1, -100.4, -1.3, -0.4]
"""That of the fourth sentence, by a file whose lines with `<unk>` have been left out."""
