"""A consumer under load whose link is cut again and again: `python -m benchmarks.soak`."""
