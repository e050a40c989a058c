"""Completed mitigation tasks."""
