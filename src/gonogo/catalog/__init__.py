"""Items and templates of checklists as YAML, the rules in them, and their loader."""
