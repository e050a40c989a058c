"""The claims pipeline: events of two vendors become downloads."""
