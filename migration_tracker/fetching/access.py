"""By what right a repository is fetched."""

from __future__ import annotations

import base64
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from migration_tracker.fetching.address import Remote

_SSH = (
    "ssh",
    *("-F", "/dev/null"),
    *("-o", "BatchMode=yes"),
    *("-o", "StrictHostKeyChecking=yes"),
    *("-o", "ProxyCommand=none"),
    *("-o", "PermitLocalCommand=no"),
    *("-o", "ClearAllForwardings=yes"),
    *("-o", "ForwardAgent=no"),
    *("-o", "ConnectTimeout=20"),
)


@dataclass(frozen=True, slots=True)
class Access:
    """What the tracker shows to the other side; nothing, for a public repository.

    Args:
        token: for https, sent as the password of `user`.
        user: for https; hosts that take tokens take any name.
        key_file: for ssh, the private key, without a passphrase.
        known_hosts: for ssh, the file with the host's key; default: that of the tracker's own account.
    """

    token: str = field(default="", repr=False)
    user: str = "token"
    key_file: Path | None = None
    known_hosts: Path | None = None

    def configuration(self, remote: Remote) -> dict[str, str]:
        """Git's configuration for it. It goes by the environment, which other accounts cannot read."""
        if remote.scheme != "https" or not self.token:
            return {}
        pair = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
        return {f"http.{remote.origin}/.extraHeader": f"Authorization: Basic {pair}"}

    def ssh(self, remote: Remote, address: str | None) -> str:
        """The ssh command; it connects to `address` and asks for the key of the host that was named."""
        words = list(_SSH)
        if address is not None:
            words += ["-o", f"HostName={address}", "-o", f"HostKeyAlias={remote.alias}"]
        if self.key_file is not None:
            words += ["-o", "IdentitiesOnly=yes", "-i", str(self.key_file)]
        if self.known_hosts is not None:
            words += ["-o", f"UserKnownHostsFile={self.known_hosts}"]
        return shlex.join(words)
