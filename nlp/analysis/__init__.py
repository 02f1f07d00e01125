"""What networks do inside: how gradients vanish and explode.

`gradient_norms` of fresh cells, `trained_gradient_norms` of the layers of trained models.
"""
