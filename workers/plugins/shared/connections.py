"""The partners' APIs, by the names that the configuration gives them."""

from collections.abc import Collection, Mapping
from pathlib import Path

from workers.connection import Connection
from workers.errors import PluginFileError
from workers.settings import CONNECTIONS, required
from workers.toml_files import Name, Table, read


class Address(Table):
    """The environment variables that say where a connection leads, and what lets us in."""

    url: Name
    token: Name


class ConnectionFile(Table):
    """What config/connections.toml says."""

    connections: Mapping[Name, Address] = {}


def named(environ: Mapping[str, str], names: Collection[str]) -> dict[str, Connection]:
    """The connections `names`, as CONNECTIONS_FILE (or config/connections.toml) has them, not yet open.

    Raises PluginFileError for one that is not there, and SettingError for one whose variables are not set.
    """
    path = Path(environ.get("CONNECTIONS_FILE") or CONNECTIONS)
    known = read(path, ConnectionFile).connections
    if missing := sorted(set(names) - known.keys()):
        raise PluginFileError(f"{path}: [connections.{missing[0]}] is missing, and an action uses it.")
    return {name: _connection(environ, name, known[name]) for name in sorted(names)}


def _connection(environ: Mapping[str, str], name: str, address: Address) -> Connection:
    return Connection(
        name,
        required(environ, address.url, f"the address of the connection {name}"),
        required(environ, address.token, f"the bearer token for the connection {name}"),
    )
