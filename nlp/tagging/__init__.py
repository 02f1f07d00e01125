"""Labels for the places of a text: words cut out of characters, parts of speech, entities.

One linear engine does all three. Hashed features of a place select rows of one table; their sum scores each
label, and a chain of labels with the best sum is found by the Viterbi algorithm. In `recurrent` a network
scores the labels instead, or beside it.
"""
