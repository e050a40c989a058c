"""`python -m transport dead-letters list|show|replay`: arguments in, lines and an exit code out."""

import argparse
import sys
from collections.abc import Iterable
from contextlib import aclosing
from datetime import UTC, datetime

from transport.config import TransportConfig
from transport.errors import UsageError
from transport.letters import text
from transport.letters.letter import Filters, Letter, Place
from transport.letters.reading import PATIENCE, find, take
from transport.letters.replay import check, replay


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its three actions to a parser."""
    parser = commands.add_parser("dead-letters", help="look at dead letters and send them back")
    actions = parser.add_subparsers(required=True, metavar="list|show|replay")

    listing = actions.add_parser("list", help="one line for each letter")
    _letters(listing)
    listing.add_argument("--json", action="store_true", help="lines of JSON")
    listing.add_argument("--replayed", choices=("yes", "no"), help="only those replayed already, or not yet")
    listing.set_defaults(run=_list)

    showing = actions.add_parser("show", help="everything letters tell")
    _letters(showing)
    showing.add_argument("--value", action="store_true", help="their value, too: it is your customers'")
    showing.set_defaults(run=_show)

    replaying = actions.add_parser("replay", help="send letters back to the topic they came from")
    _letters(replaying)
    replaying.add_argument("--all", action="store_true", help="every letter not replayed yet")
    replaying.add_argument("--to", default="", metavar="TOPIC", help="send them to this topic instead")
    replaying.add_argument("--again", action="store_true", help="those replayed already, too")
    replaying.add_argument("--dry-run", action="store_true", help="say what would be sent, send nothing")
    replaying.set_defaults(run=_replay)


async def _list(config: TransportConfig, chosen: argparse.Namespace) -> int:
    replayed = {"yes": True, "no": False}.get(chosen.replayed or "")
    letters = await _found(config, chosen, replayed)
    if chosen.json:
        _say(map(text.as_json, letters))
    elif letters:
        _say(text.rows(letters))
    else:
        _say([f"no dead letter in {chosen.topic} matches"])
    return 0


async def _show(config: TransportConfig, chosen: argparse.Namespace) -> int:
    letters = {one.place: one for one in await _found(config, chosen, None)}
    first = True
    async with aclosing(take(config, chosen.topic, letters)) as messages:
        async for message in messages:
            if not first:
                print()
            first = False
            one = letters[Place(message.partition, message.offset)]
            _say(text.page(one, message.value, with_value=chosen.value))
    return _missing(chosen, letters)


async def _replay(config: TransportConfig, chosen: argparse.Namespace) -> int:
    named = chosen.letters or chosen.origin or chosen.key is not None or chosen.reason
    if not (named or chosen.since or chosen.until or chosen.all):
        raise UsageError("say which letters to replay: name them, filter them, or --all")
    found = await _found(config, chosen, None)
    letters = [one for one in found if chosen.again or not one.replayed]
    done = 0
    check(config, chosen.topic, letters, to=chosen.to)
    if chosen.dry_run:
        _say(f"would send {one.place} to {chosen.to or one.origin or '?'}" for one in letters)
    else:
        async with aclosing(replay(config, chosen.topic, letters, to=chosen.to)) as replays:
            async for one in replays:
                done += 1
                print(f"sent {one.letter.place} to {one.topic}", flush=True)
    skipped = len(found) - len(letters)
    print(
        f"{done} sent, {skipped} left out as replayed before" + (" (--again sends them)" if skipped else "")
    )
    return _missing(chosen, {one.place for one in found})


async def _found(
    config: TransportConfig, chosen: argparse.Namespace, replayed: bool | None
) -> tuple[Letter, ...]:
    filters = Filters(
        places=frozenset(chosen.letters),
        origin=chosen.origin,
        key=chosen.key,
        reason=chosen.reason,
        since=chosen.since,
        until=chosen.until,
        replayed=replayed,
        limit=chosen.limit,
    )
    return await find(config, chosen.topic, filters, patience=chosen.patience)


def _missing(chosen: argparse.Namespace, found: Iterable[Place]) -> int:
    """1, and a line for each letter that was named and is not there (or does not match)."""
    absent = sorted(set(chosen.letters) - set(found))
    for place in absent:
        print(f"transport: there is no such letter in {chosen.topic}: {place}", file=sys.stderr)
    return 1 if absent else 0


def _letters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", help="the dead-letter topic")
    parser.add_argument(
        "letters", nargs="*", type=_place, metavar="PARTITION:OFFSET", help="these only, as `list` names them"
    )
    parser.add_argument(
        "--from", dest="origin", default="", metavar="TOPIC", help="that came from this topic"
    )
    parser.add_argument("--key", type=str.encode, help="with this key")
    parser.add_argument("--reason", default="", metavar="TEXT", help="whose reason has this text in it")
    parser.add_argument("--since", type=_time, metavar="TIME", help="that died then or later (ISO 8601)")
    parser.add_argument("--until", type=_time, metavar="TIME", help="that died before")
    parser.add_argument("--limit", type=_count, metavar="N", help="at most so many")
    parser.add_argument(
        "--patience", type=_count, default=round(PATIENCE), metavar="SECONDS", help="to read the topic"
    )


def _place(given: str) -> Place:
    try:
        return Place.parse(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _time(given: str) -> datetime:
    try:
        time = datetime.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given!r} is not a time like 2026-11-26T08:00+00:00") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _count(given: str) -> int:
    if not given.isdecimal() or int(given) == 0:
        raise argparse.ArgumentTypeError(f"{given!r} is not a whole number above 0")
    return int(given)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
