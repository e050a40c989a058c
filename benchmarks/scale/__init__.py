"""Many repositories in one installation: scanned, pushed to, smoke-run and looked at, all at once."""
