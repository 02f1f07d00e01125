"""The tagger that is a network: recurrent layers read a sentence from both sides, and a CRF labels it."""
