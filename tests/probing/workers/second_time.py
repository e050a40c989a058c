"""A service that comes up at its second start; the file that is named remembers the first."""

import json
import sys
from pathlib import Path

from signals import block, until_sigterm

block()
remembered = Path(sys.argv[1])
if not remembered.exists():
    remembered.touch()
    raise SystemExit("the port is still taken")
print(json.dumps({"PARTNER_URL": "http://127.0.0.1"}), flush=True)
until_sigterm()
