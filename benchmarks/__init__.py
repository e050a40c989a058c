"""Measurements, each against a named peer or floor, in one run, interleaved: docs/benchmarks.md."""
