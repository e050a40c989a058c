"""Tools for who runs workers: `python -m transport`. They find brokers by the environment, as workers do."""

import argparse
import asyncio
import os
import sys

from transport.config import TransportConfig
from transport.errors import ConfigurationError, TransportError, UsageError
from transport.letters import command as dead_letters


def main(arguments: list[str] | None = None) -> int:
    """Run a tool.

    Returns:
        The exit code: 0; 1 when something asked for is not there or was refused; 2 for wrong usage or
        settings. Errors go to standard error, one line each.
    """
    parser = argparse.ArgumentParser(prog="python -m transport", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    dead_letters.add_to(commands)
    chosen = parser.parse_args(arguments)
    try:
        code: int = asyncio.run(chosen.run(TransportConfig.from_env(), chosen))
    except TransportError as error:
        print(f"transport: {error}", file=sys.stderr)
        return 2 if isinstance(error, ConfigurationError | UsageError) else 1
    except BrokenPipeError:
        # Who read our output has left; Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("transport: interrupted", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
