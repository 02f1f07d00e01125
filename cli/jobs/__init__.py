"""What commands do once their options are known; all of it may load NumPy."""
