"""The command line: thin verbs, views apart from them, and the one error boundary."""
