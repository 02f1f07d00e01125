"""What a pile of texts holds: repeated ones, the words each is about, its most central sentences."""
