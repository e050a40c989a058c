"""The worker that belongs to no single plugin."""
