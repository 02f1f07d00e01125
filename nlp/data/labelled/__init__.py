"""Texts whose words have labels, in every form that they are kept in.

- `reading` finds out which form a text is in and deals out its sentences, one at a time.
- `sentence` is what all forms have in common; `columns` (CoNLL, CoNLL-U), `spaced` (words between spaces,
  word/TAG) and `records` (JSONL) are the forms. Each writes a sentence back as it came, with other tags.
- `schemes` tells entities from tags and tags from entities: BIO, IOB1, BIOES, BMES, BILOU.
"""
