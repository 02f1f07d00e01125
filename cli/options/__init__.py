"""Options that mean the same on every command, those of all trainings, and suggestions for near misses."""
