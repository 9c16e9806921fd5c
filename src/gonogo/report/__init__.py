"""Reads a release's journal aloud: a line per event, and the whole as a report in data, text and HTML."""
