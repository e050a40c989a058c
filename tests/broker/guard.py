"""Runs a command until standard input ends, so that it does not outlive who holds the other end of that pipe.

Run as a script: `python guard.py COMMAND…` prints the command's process id, and ends with its exit code.
"""

import os
import subprocess
import sys
import threading


def main() -> int:
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=sys.stderr) as running:
        print(running.pid, flush=True)

        def until_the_pipe_ends() -> None:
            os.read(0, 1)
            running.kill()

        threading.Thread(target=until_the_pipe_ends, daemon=True).start()
        return running.wait()


if __name__ == "__main__":
    sys.exit(main())
