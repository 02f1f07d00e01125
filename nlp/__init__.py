"""The NumPy model layer and the text layer under every `nlptool` command."""
