"""The nouns. Frozen types without I/O; every other room speaks in them."""
