"""What networks do inside: how gradients vanish and explode, what gates and states are.

`gradient_norms` of fresh cells, `trained_gradient_norms` of the layers of trained models, `traces` of these
while they read.
"""
