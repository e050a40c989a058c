"""The workers that belong to no single plugin."""
