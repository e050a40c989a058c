"""Reading the environment, the file `.env`, and files that variables name; and the folder for our data."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping
from platformdirs import user_data_path

from migration_tracker import installation


class _OrFiles(FileAwareMapping):  # type: ignore[misc]
    """The environment, in which NAME_FILE names a file that holds the value of NAME."""

    def __getitem__(self, key: str) -> str:
        try:
            return str(super().__getitem__(key)).strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{key}_FILE: {error.filename}: {error.strerror}") from None


class _Env(environ.Env):  # type: ignore[misc]
    ENVIRON = _OrFiles()


env = _Env()
if (dotenv := installation.HOME / ".env").is_file():
    env.read_env(str(dotenv))


def folder(*below: str) -> Path:
    """The folder for our data, or one below it, made if there is none."""
    checkout = installation.CHECKOUT
    usual = checkout / "var" if checkout else user_data_path("migration-tracker", appauthor=False)
    place = Path(env.str("TRACKER_DATA_DIR", default=str(usual)), *below)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"TRACKER_DATA_DIR: no folder {place}: {error.strerror}") from None
    return place


def whole_number(variable: str, default: int) -> int:
    """What a variable says, or its default. Raises ImproperlyConfigured where that is no whole number."""
    try:
        return int(env.int(variable, default=default))
    except ValueError:
        raise ImproperlyConfigured(f"{variable} must be a whole number, such as {default}") from None


DATA_DIR = folder()
