"""The steps of a patch: one transformation a file, its example beside it."""
