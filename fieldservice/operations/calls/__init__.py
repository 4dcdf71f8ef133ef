"""Calls as they go: asking how it was, bringing news, and being called."""
