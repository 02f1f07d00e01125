"""Search in one's own texts.

- `analysis` finds the terms of a text, `postings` which documents hold each, `documents` keeps the texts;
  `files` writes and opens what they make up, an `index` of one or two `parts`.
- `queries` tells what is asked, `weighting` what a term says of a document, `ranking` which are the best,
  `passages` where in them the words of the query stand, `answers` which sentence answers it, `evaluation`
  how good that is. `expansion` adds words to a query, `reranking` looks at what was found by word vectors.
  `document_vectors` are those of all documents.
- `changes` add documents to an index and take some out.
"""
