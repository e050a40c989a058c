"""Is killed before it is ready."""

import os
import signal

print("starting", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
