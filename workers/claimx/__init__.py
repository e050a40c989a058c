"""The ClaimX domain: its workers, its messages, and the client of its API."""
