"""Cabinet repair forms: from ClaimX, by way of two Delta tables, to iTel."""
