"""`python -m transport dead-letters`, as its user meets it, on both protocols."""

import asyncio
import json
import os
import sys
import time
from contextlib import aclosing

import pytest

from transport import browse
from transport.__main__ import main

BOTH = [pytest.param(kind, marks=pytest.mark.broker) for kind in ("kafka", "eventhub")]


@pytest.fixture
def bench(request):
    kind = getattr(request, "param", "memory")
    return request.getfixturevalue(f"{kind}_bench")


@pytest.fixture
def run(request, bench):
    """Runs the command in a process of its own: exit code, lines on standard output, standard error."""
    environment = request.getfixturevalue(f"{bench.name}_environment")

    async def run(*arguments):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "transport", "dead-letters", *arguments),
            env={"PATH": os.environ["PATH"], **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
        return process.returncode, output.decode().splitlines(), errors.decode()

    return run


@pytest.mark.parametrize("bench", BOTH, indirect=True)
async def test_letters_are_listed_and_replayed(bench, buried, run):
    topic = await buried((b"bad 1", b"a"), (b"bad \xff2", b"b"), (b"good", b"a"))
    dead = f"{topic}.dead"

    code, (heading, *lines), errors = await run("list", dead)
    assert (code, errors, len(lines)) == (0, "", 2)
    assert heading.split() == ["letter", "died", "from", "attempts", "key", "bytes", "replayed", "reason"]
    (line,) = [line for line in lines if "no room" in line]
    assert f"{topic} " in line
    assert line.endswith("PermanentError: no room, password=(hidden)")

    code, lines, errors = await run("replay", dead, "--all")
    assert (code, lines[-1], errors) == (0, "2 sent, 0 left out as replayed before", "")
    assert f"sent {line.split()[0]} to {topic}" in lines

    code, lines, errors = await run("list", dead, "--json", "--replayed", "yes")
    told = [(one["key"], one["origin"], one["bytes"], one["replayed"]) for one in map(json.loads, lines)]
    assert sorted(told) == [("a", topic, 5, True), ("b", topic, 6, True)]


@pytest.mark.broker
@pytest.mark.parametrize("bench", ["kafka"], indirect=True)
async def test_a_letter_is_shown_and_replayed_once_unless_asked_again(bench, buried, run):
    topic = await buried((b"bad 1", b"a"))
    dead = f"{topic}.dead"
    ((place, *_),) = [line.split() for line in (await run("list", dead))[1][1:]]

    code, lines, errors = await run("show", dead, place, "--value")
    assert (code, errors) == (0, "")
    shown = dict(line.split("  ", 1) for line in lines)
    assert {name: text.strip() for name, text in shown.items()}.items() >= {
        "letter": place,
        "attempts": "1",
        "replayed": "no",
        "key": "a",
        "header trace": "7",
        "header api-key": "(hidden)",
        "value": "bad 1",
    }.items()
    assert "bad 1" not in "".join((await run("show", dead, place))[1])

    assert (await run("replay", dead, place, "--dry-run"))[1][0] == f"would send {place} to {topic}"
    assert (await run("replay", dead, place))[1][-1] == "1 sent, 0 left out as replayed before"
    assert (await run("replay", dead, place))[1] == [
        "0 sent, 1 left out as replayed before (--again sends them)"
    ]
    assert (await run("replay", dead, place, "--again"))[1][0] == f"sent {place} to {topic}"
    values = []
    async with aclosing(browse(config=bench.config, topic=topic, until=time.monotonic() + 60)) as messages:
        while len(values) < 3:
            values.append((await anext(messages)).value)
    assert values == [b"bad 1"] * 3


@pytest.mark.broker
@pytest.mark.parametrize("bench", ["kafka"], indirect=True)
async def test_what_is_not_there_is_said_in_a_line(bench, buried, run):
    dead = f"{await buried((b'bad 2', b'a'))}.dead"
    assert await run("list", "never.dead") == (
        1,
        [],
        "transport: there is no topic never.dead: nothing died yet, or its name is another\n",
    )
    code, lines, errors = await run("show", dead, "99:99")
    assert (code, lines) == (1, [])
    assert errors == f"transport: there is no such letter in {dead}: 99:99\n"
    assert (await run("list", dead, "--reason", "something else"))[1] == [f"no dead letter in {dead} matches"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list"], "the following arguments are required: topic"),
        (["show", "t.dead", "17"], "'17' is not PARTITION:OFFSET, like 0:17"),
        (["list", "t.dead", "--since", "yesterday"], "'yesterday' is not a time like 2026-11-26T08:00+00:00"),
        (["list", "t.dead", "--limit", "0"], "'0' is not a whole number above 0"),
        (["bury", "t.dead"], "invalid choice: 'bury'"),
    ],
)
def test_wrong_usage_is_refused_in_a_line(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["dead-letters", *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_replaying_everything_must_be_meant(monkeypatch, capsys):
    monkeypatch.setenv("PIPELINE_TRANSPORT", "kafka")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    assert main(["dead-letters", "replay", "t.dead"]) == 2
    assert capsys.readouterr().err == (
        "transport: say which letters to replay: name them, filter them, or --all\n"
    )


def test_without_a_transport_it_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.delenv("PIPELINE_TRANSPORT", raising=False)
    assert main(["dead-letters", "list", "t.dead"]) == 2
    assert "PIPELINE_TRANSPORT is missing" in capsys.readouterr().err


def test_a_broker_that_is_not_there_is_said_in_a_line(monkeypatch, capsys):
    monkeypatch.setenv("PIPELINE_TRANSPORT", "kafka")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    assert main(["dead-letters", "list", "t.dead"]) == 1
    assert "no Kafka broker answers at 127.0.0.1:1" in capsys.readouterr().err
