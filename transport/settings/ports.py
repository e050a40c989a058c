"""Which ports an address may name."""


def is_port(text: str) -> bool:
    """Whether somebody can listen there: of a port that is none each client says something else."""
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535
