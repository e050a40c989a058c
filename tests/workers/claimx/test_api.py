"""The ClaimX API's client against the local API, well and unwell."""

import time

import aiohttp
import pytest

from workers.claimx.api import ClaimXApi
from workers.errors import ApiRefusedError, ApiUnavailableError, SettingError
from workers.local.world import World


@pytest.fixture
async def api(world: World):
    async with ClaimXApi.from_env(world.environment) as api:
        yield api


@pytest.fixture
def fault(world: World):
    """Asks the API for a fault."""

    async def ask(kind: str, **more) -> None:
        async with aiohttp.ClientSession(world.claimx_api_url) as session:
            body = {"path": "/export/*", "fault": kind, **more}
            async with session.post("/_faults", json=body) as response:
                assert response.status == 200

    return ask


async def test_every_question_has_its_answer(api):
    project = await api.project("4711")
    assert (project.project_id, project.master_file_name) == ("4711", "MFN-4711")
    assert [file.file_name for file in await api.media("4711")] == [
        "front.jpg",
        "kitchen.png",
        "estimate.pdf",
    ]
    assert [person.role for person in await api.contacts("4711")] == ["POLICYHOLDER", "ADJUSTER"]
    assert [call.collaboration_id for call in await api.conversations("4711")] == ["v-4711-1"]
    task = await api.task("t-4711-1")
    assert task.template is not None
    assert (task.task_id, task.template.template_id) == ("32513", "cabinets-3")
    assert task.external_links[0].link_id == "l-t-4711-1"


async def test_a_presigned_url_is_in_no_row_and_no_repr(api):
    file = (await api.media("4711"))[0]
    assert "signature" in file.download_url
    assert "signature" not in file.model_dump_json()
    assert "signature" not in repr(file)


async def test_what_the_api_does_not_know_is_final(api):
    with pytest.raises(ApiRefusedError, match="/export/project/9999: status 404"):
        await api.project("9999")


async def test_an_id_cannot_lead_elsewhere_in_the_api(api):
    with pytest.raises(ApiRefusedError, match="404"):
        await api.project("..%2F..%2Fdata")


async def test_a_wrong_token_is_final(world):
    async with ClaimXApi(world.claimx_api_url, "wrong") as api:
        with pytest.raises(ApiRefusedError, match="status 401"):
            await api.project("4711")


@pytest.mark.parametrize("kind", ["broken", "mistyped", "truncated"])
async def test_a_passing_fault_is_not_noticed(kind, api, fault):
    await fault(kind, times=2)
    assert (await api.project("4711")).project_id == "4711"


async def test_a_lasting_fault_is_unavailable(api, fault):
    await fault("broken", times=100)
    with pytest.raises(ApiUnavailableError, match="status 500"):
        await api.project("4711")


async def test_retry_after_is_waited_for(api, fault):
    await fault("throttled", seconds=1)
    began = time.monotonic()
    assert (await api.project("4711")).project_id == "4711"
    assert time.monotonic() - began >= 1


async def test_a_long_retry_after_is_left_to_the_caller(api, fault):
    await fault("throttled", seconds=600)
    began = time.monotonic()
    with pytest.raises(ApiUnavailableError) as raised:
        await api.project("4711")
    assert raised.value.retry_after == 600
    assert time.monotonic() - began < 5


async def test_silence_is_unavailable(world, fault):
    await fault("slow", times=100, seconds=30)
    async with ClaimXApi(world.claimx_api_url, world.claimx_api_token, timeout=0.1) as api:
        with pytest.raises(ApiUnavailableError, match=r"no answer in 0\.1 s"):
            await api.project("4711")


async def test_an_api_that_is_not_there_is_unavailable():
    async with ClaimXApi("http://127.0.0.1:1", "token") as api:
        with pytest.raises(ApiUnavailableError):
            await api.project("4711")


@pytest.mark.parametrize("missing", ["CLAIMX_API_URL", "CLAIMX_API_TOKEN"])
def test_a_missing_setting_is_named(missing):
    environ = {"CLAIMX_API_URL": "http://x", "CLAIMX_API_TOKEN": "t"} | {missing: " "}
    with pytest.raises(SettingError, match=missing):
        ClaimXApi.from_env(environ)
