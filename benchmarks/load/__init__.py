"""Many readers and writers on a whole tracker while its parts are restarted: `python -m benchmarks.load`."""
