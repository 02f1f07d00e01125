"""nlptool side by side with its peers: `python -m tests.bench`, from the root of the repository."""
