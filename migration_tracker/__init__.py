"""Shows how far a code migration has come. The version is said here and nowhere else."""

__version__ = "0.1.0"
