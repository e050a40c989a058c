"""Messages a second, and what each costs, by ours, by the clients as they come, and by peers.

    python -m benchmarks.transport [--rounds 5] [--messages 100000] [--only NAME] [--kafka HOST:PORT]

Brokers are stand-ins in processes of their own; `--kafka` takes a real one. Peers have an environment of
their own, since nothing else needs them; what it lacks is left out, and the report says so:

    python3 -m venv .venv-peers
    .venv-peers/bin/pip install --require-hashes -r requirements/peers-transport.txt
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import transport.local
from benchmarks.arguments import count
from benchmarks.table import show
from benchmarks.transport import brokers
from benchmarks.transport.measure import WAIT
from benchmarks.transport.rounds import Measured, interleaved, lacking, run
from benchmarks.transport.ways import EVENTS, IN_FLIGHT, NO_OP, WAITING, Way

PARTS = ("no-op", "waiting", "memory", "eventhub")


def main() -> None:
    """Print a table for each part; a ratio is to the first row of its table in the same round."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transport")
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--messages", type=count, default=100_000, help="in the topic; slow ways read a part")
    parser.add_argument("--bytes", type=count, default=100, help="of each message's value")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part only; may be repeated")
    parser.add_argument(
        "--kafka", default="", metavar="HOST:PORT", help="a real broker instead of the stand-in"
    )
    chosen = parser.parse_args()
    parts = chosen.only or PARTS
    if {"no-op", "waiting", "memory"} & set(parts):
        if not chosen.kafka and (reason := transport.local.missing("kafka")):
            parser.exit(2, f"{parser.prog}: {reason}\n")
        with brokers.kafka(chosen.kafka, chosen.messages, chosen.bytes) as environment:
            _on_kafka(parts, environment, chosen)
    if "eventhub" in parts:
        if reason := transport.local.missing("eventhub"):
            parser.exit(2, f"{parser.prog}: {reason}\n")
        messages = max(1000, chosen.messages // 5)
        with brokers.event_hubs(messages, chosen.bytes) as environment:
            found = interleaved(EVENTS, environment, messages=messages, rounds=chosen.rounds)
        _report(f"Event Hubs stand-in, a handler that does nothing, {messages:,} messages", EVENTS, found)


def _on_kafka(parts: Sequence[str], environment: Mapping[str, str], chosen: argparse.Namespace) -> None:
    where = "a real Kafka" if chosen.kafka else "the Kafka stand-in"
    if "no-op" in parts:
        ways = _present(NO_OP)
        found = interleaved(ways, environment, messages=chosen.messages, rounds=chosen.rounds)
        _report(f"{where}, a handler that does nothing, {chosen.messages:,} messages", ways, found)
    if "waiting" in parts:
        ways = _present(WAITING)
        found = interleaved(ways, environment, messages=chosen.messages, rounds=chosen.rounds, waits=True)
        _report(
            f"{where}, a handler that waits {WAIT * 1000:.0f} ms, {chosen.messages:,} messages", ways, found
        )
    if "memory" in parts:
        if not Path("/proc/self/status").exists():
            sys.exit("memory is measured on Linux only")
        _memory(
            environment,
            [way for way in IN_FLIGHT if way.settings["max_in_flight"] <= chosen.messages],
            chosen.rounds,
        )


def _present(ways: Sequence[Way]) -> list[Way]:
    for package in sorted({way.needs for way in ways if lacking(way.needs)}):
        print(f"left out, as .venv-peers has no {package}: see python -m benchmarks.transport --help")
    return [way for way in ways if not lacking(way.needs)]


def _report(title: str, ways: Sequence[Way], found: Mapping[str, Sequence[Measured]]) -> None:
    floor = found[ways[0].name]
    ratios = {
        way.name: median(one.rate / first.rate for one, first in zip(found[way.name], floor, strict=True))
        for way in ways
    }
    print(f"\n{title}; medians of {len(floor)} rounds")
    show(
        ["", "messages/s", "slowest", "fastest", "CPU µs each", "ratio", "a failed message"],
        [
            [
                way.name,
                f"{median(one.rate for one in found[way.name]):.0f}",
                f"{min(one.rate for one in found[way.name]):.0f}",
                f"{max(one.rate for one in found[way.name]):.0f}",
                f"{median(one.cost for one in found[way.name]):.1f}",
                f"{ratios[way.name]:.3f}",
                way.keeps,
            ]
            for way in ways
        ],
    )


def _memory(environment: Mapping[str, str], ways: Sequence[Way], rounds: int) -> None:
    rows = []
    for way in ways:
        held = way.settings["max_in_flight"]
        runs = [run(way, environment, {"messages": held, "waits": False}) for _ in range(rounds)]
        full = median(one["full"] for one in runs)
        above = median(one["full"] - one["before"] for one in runs)
        rows.append([way.name, f"{full:.1f}", f"{above:+.1f}", f"{above / held * 1000:.1f}"])
    print(f"\nresident memory of ours, medians of {rounds} rounds")
    show(["", "MB", "above before start()", "KB a message"], rows)


if __name__ == "__main__":
    main()
