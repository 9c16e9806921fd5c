"""`gonogo.yaml` → `model.settings`: every default visible, every error with its line, all errors at once."""
