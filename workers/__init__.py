"""The pipeline's workers: one file a worker, run by `python -m workers NAME`."""
