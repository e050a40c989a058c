"""Prints its environment."""

import json
import os

from signals import block, until_sigterm

block()
print(json.dumps(dict(os.environ)), flush=True)
print("worker is ready", flush=True)
until_sigterm()
