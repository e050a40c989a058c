"""For developers: what stands in for the world outside."""
