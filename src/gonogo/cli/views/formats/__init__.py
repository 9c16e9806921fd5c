"""The answers to a checklist in the forms that other tools read."""
