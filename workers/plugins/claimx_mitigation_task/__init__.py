"""Completed mitigation tasks, with their project and media."""
