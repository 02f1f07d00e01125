"""The NumPy model layer and the text layer under every `nlptool` command."""

__version__ = "0.1.0"
