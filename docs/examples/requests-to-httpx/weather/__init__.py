"""Fetches what weather stations measured, and tells who ought to know."""
