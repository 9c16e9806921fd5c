"""One module per verb, or per family of verbs. They ask, append and drive; how it looks is the views'."""
