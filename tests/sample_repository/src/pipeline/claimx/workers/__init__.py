"""The ClaimX workers."""
