"""The command line: bytes in, records out; every command is thin and calls `nlp`."""
