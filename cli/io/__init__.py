"""Bytes in, records out: reading, decompressing, files that are written whole or not at all, streams."""
