"""How fast messages are consumed, by ours and by others: `python -m benchmarks.transport`."""
