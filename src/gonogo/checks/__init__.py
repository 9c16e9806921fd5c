"""Parameterised checks that items name: `collect` does the I/O, `evaluate` is pure."""
