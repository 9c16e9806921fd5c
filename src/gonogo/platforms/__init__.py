"""Where releases run: one module each behind one protocol."""
