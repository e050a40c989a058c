"""A service of the world outside: one line of JSON, then it waits."""

import json
import os

from signals import block, until_sigterm

block()
print("listening", flush=True)
print(json.dumps({"PARTNER_URL": f"http://127.0.0.1/{os.getpid()}"}), flush=True)
until_sigterm()
