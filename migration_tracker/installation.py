"""Where this installation is: a checkout, or a package installed away from one.

In a checkout templates and static files lie beside `manage.py`; the wheel carries both inside the package.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

CHECKOUT = _PACKAGE.parent if (_PACKAGE.parent / "manage.py").is_file() else None
TEMPLATES = (CHECKOUT or _PACKAGE) / "templates"
STATIC = (CHECKOUT or _PACKAGE) / "static"
HOME = CHECKOUT or Path.cwd()  # where `.env` is read from, and services are started


def command(arguments: str) -> str:
    """How a person types a command of the server here, such as `register PATH`."""
    return f".venv/bin/python manage.py {arguments}" if CHECKOUT else f"migration-tracker-server {arguments}"
