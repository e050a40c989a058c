"""Takes more memory than its control group has, and is ended by the kernel."""

import os
from pathlib import Path

Path(os.environ["CONTROL_GROUP"], "cgroup.procs").write_text(str(os.getpid()))
print("eating", flush=True)
eaten = []
while True:
    eaten.append(bytearray(os.urandom(1 << 20)))
