"""Commands on a cluster: a part of the text at a time, the bytes those of the command alone."""
