"""Cabinet repair forms for iTel."""
