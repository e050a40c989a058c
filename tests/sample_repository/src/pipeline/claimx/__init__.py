"""The ClaimX domain."""
