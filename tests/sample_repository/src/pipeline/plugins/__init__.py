"""What partners get."""
