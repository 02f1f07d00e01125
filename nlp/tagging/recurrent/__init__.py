"""The tagger that is a network: recurrent layers read a sentence from both sides, and a CRF labels it.

Sums of the weights of hashed features may be added to the scores of the network.
"""
