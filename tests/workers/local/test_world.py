"""The world outside, as a process and in one."""

import json
import os
import signal
import subprocess
import sys
import time

import aiohttp
import pytest

from workers.local import data
from workers.local.links import honoured, link
from workers.local.world import serve


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


def authorised(world) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.claimx_api_token}"}


def test_it_says_where_it_is_in_one_line_and_ends_with_exit_code_0(start):
    process = start("workers.local", "--json")
    environment = json.loads(process.until_it_says("{"))
    assert set(environment) == {
        "CLAIMX_API_URL",
        "CLAIMX_API_TOKEN",
        "ITEL_API_URL",
        "ITEL_API_TOKEN",
        "FILE_HOST_URL",
        "CACHED_FILES",
    }
    assert process.terminate() == 0
    assert process.log.count("\n") == 1


def test_without_json_it_prints_what_a_shell_can_read(start):
    process = start("workers.local")
    process.until_it_says("export FILE_HOST_URL=http://127.0.0.1:")
    process.signal(signal.SIGINT)
    assert process.exit_code() == 0


def test_it_does_not_outlive_its_parent(tmp_path):
    start_and_leave = (
        "import subprocess, sys, os;"
        "p = subprocess.Popen([sys.executable, '-m', 'workers.local', '--json'], stdout=subprocess.PIPE);"
        "p.stdout.readline(); print(p.pid, flush=True); os._exit(1)"
    )
    left = subprocess.run(
        [sys.executable, "-c", start_and_leave], capture_output=True, check=False, text=True
    )
    pid = int(left.stdout)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("it outlived its parent")


async def test_the_api_wants_its_token(world, session):
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        async with session.get(f"{world.claimx_api_url}/export/project/4711", headers=headers) as response:
            assert response.status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/export/project/4711",
        "/export/project/4711/media",
        "/export/project/4711/contacts",
        "/export/project/4711/conversations",
        "/customTasks/assignment/t-4711-1",
    ],
)
async def test_what_the_api_knows_and_what_it_does_not(path, world, session):
    async with session.get(world.claimx_api_url + path, headers=authorised(world)) as response:
        assert response.status == 200
        assert response.content_type == "application/json"
    unknown = path.replace("4711", "9999")
    async with session.get(world.claimx_api_url + unknown, headers=authorised(world)) as response:
        assert response.status == 404


async def test_posted_data_is_told_once_for_each_idempotency_key(world, session):
    url = f"{world.claimx_api_url}/data"
    for key in ("a", "a", "b"):
        headers = {**authorised(world), "Idempotency-Key": key}
        async with session.post(url, headers=headers, json={"key": key}) as response:
            assert response.status == 200
    async with session.get(url, headers=authorised(world)) as response:
        assert await response.json() == [{"key": "a"}, {"key": "b"}]


async def test_posted_data_must_be_json(world, session):
    url = f"{world.claimx_api_url}/data"
    async with session.post(url, headers=authorised(world), json={"a": 1}) as response:
        assert response.status == 200
    async with session.post(url, headers=authorised(world), data=b"{") as response:
        assert response.status == 400


async def test_a_file_is_the_same_every_time_and_needs_a_genuine_link(world, session):
    path = data.path("4711", "m-4711-1", "front.jpg")
    bodies = []
    for _ in range(2):
        async with session.get(world.file_host_url + link(path)) as response:
            assert response.content_type == "image/jpeg"
            bodies.append(await response.read())
    assert bodies[0] == bodies[1]
    assert len(bodies[0]) == 48 * 1024
    async with session.get(world.file_host_url + path) as response:
        assert response.status == 403


async def test_the_cache_holds_what_the_file_host_has_until_the_world_ends(session):
    async with serve() as world:
        cached = world.cached_files / "claimx" / "4711" / "m-4711-1" / "front.jpg"
        url = world.file_host_url + link(data.path("4711", "m-4711-1", "front.jpg"))
        async with session.get(url) as response:
            assert cached.read_bytes() == await response.read()
        assert {file.name for file in (world.cached_files / "verisk").iterdir()} == {
            "estimate.pdf",
            "roof.jpg",
        }
    assert not world.cached_files.exists()


def test_a_link_is_good_for_its_path_until_it_expires():
    query = link("/files/a", expires=int(time.time()) + 60).partition("expires=")[2]
    expires, _, signature = query.partition("&signature=")
    assert honoured("/files/a", expires, signature)
    assert not honoured("/files/b", expires, signature)
    assert not honoured("/files/a", str(int(expires) + 1), signature)
    late = link("/files/a", expires=1).partition("&signature=")[2]
    assert not honoured("/files/a", "1", late)
    assert not honoured("/files/a", "", "")


async def test_a_fault_strikes_as_often_as_asked_and_can_be_taken_back(world, session):
    url = f"{world.claimx_api_url}/export/project/4711"
    faults = f"{world.claimx_api_url}/_faults"
    async with session.post(faults, json={"path": "/export/*", "fault": "broken", "times": 2}) as response:
        assert await response.json() == [{"path": "/export/*", "fault": "broken", "times": 2, "seconds": 1.0}]
    async with session.get(url, headers=authorised(world)) as response:
        assert response.status == 500
    async with session.get(faults) as response:
        assert [fault["times"] for fault in await response.json()] == [1]
    async with session.delete(faults) as response:
        assert await response.json() == []
    async with session.get(url, headers=authorised(world)) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"path": "/x", "fault": "explode"}, "fault"),
        ({"fault": "slow"}, "path"),
        ({"path": "/x", "fault": "slow", "times": -1}, "times"),
        ({"path": "/x", "fault": "slow", "colour": "red"}, "colour"),
        ([], "value"),
    ],
)
async def test_a_fault_that_makes_no_sense_is_told_why(body, wrong, world, session):
    async with session.post(f"{world.claimx_api_url}/_faults", json=body) as response:
        assert response.status == 422
        assert wrong in (await response.json())["error"]


async def test_two_worlds_do_not_meet():
    async with serve() as one, serve() as two:
        assert set(one.environment.values()) & set(two.environment.values()) == {one.claimx_api_token}
