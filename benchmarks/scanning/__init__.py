"""Scans and histories, measured as whole processes beside other tools and the floor."""
