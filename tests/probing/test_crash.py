"""The reason of a crash, read from logs as they look in the wild."""

import json
import subprocess
import sys

import pytest

from migration_tracker.probing.crash import is_traceback, last_exception


def output_of(code):
    return subprocess.run(
        [sys.executable, "-c", code], stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True
    ).stdout


def test_the_last_line_of_a_traceback():
    log = "INFO starting\n" + output_of("import json; json.loads('{')")
    assert last_exception(log).startswith("json.decoder.JSONDecodeError: Expecting property name")


def test_the_last_of_a_chain():
    code = "try:\n    1 / 0\nexcept ArithmeticError as error:\n    raise LookupError('no rate') from error"
    assert last_exception(output_of(code)) == "LookupError: no rate"


def test_what_is_logged_after_the_traceback_does_not_hide_it():
    log = output_of("raise LookupError('no rate')") + "INFO leaving\n"
    assert last_exception(log) == "LookupError: no rate"


def test_the_innermost_of_an_exception_group():
    code = "raise ExceptionGroup('two', [ValueError('a'), ExceptionGroup('in', [LookupError('b')])])"
    assert last_exception(output_of(code)) == "ExceptionGroup: two (2 sub-exceptions)" or last_exception(
        output_of(code)
    ).startswith(("ValueError: a", "LookupError: b"))


def test_a_task_group_shows_what_its_task_died_of():
    code = (
        "import asyncio\nasync def work():\n    raise LookupError('no rate')\n"
        "async def main():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(work())\n"
        "asyncio.run(main())"
    )
    assert last_exception(output_of(code)) == "LookupError: no rate"


def test_a_traceback_inside_a_line_of_json():
    line = json.dumps({"event": "died", "exception": output_of("raise LookupError('no rate')")})
    assert last_exception(line) == "LookupError: no rate"
    assert is_traceback(line)


def test_an_exception_line_without_a_traceback():
    assert (
        last_exception("INFO x\nbuilder.errors.BuildError: no\nINFO bye") == "builder.errors.BuildError: no"
    )


@pytest.mark.parametrize(("log", "said"), [("", ""), ("only this\n\n", "only this")])
def test_without_any_exception_it_is_the_last_line(log, said):
    assert last_exception(log) == said
