"""Checkpoint stores: checkpoints never go back, claims are compare-and-swap, damage costs only repetition."""

import asyncio
import contextlib
import json
import multiprocessing
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import ContainerSasPermissions, generate_container_sas
from azure.storage.blob.aio import ContainerClient

from tests.broker.azurite import ACCOUNT, KEY
from transport import AccessDeniedError, CommitError, ConfigurationError, TransportConfig
from transport.adapter import Progress
from transport.checkpoints import FolderStore, Nowhere, Ownership, PatientStore
from transport.eventhub.blobs import BlobStore
from transport.eventhub.stores import store as store_of
from transport.settings.eventhub import without_container
from transport.watermark import Mark

NAMESPACE = "ns.servicebus.windows.net"


class StoreTests:
    """What every store keeps."""

    async def test_a_checkpoint_never_goes_back(self, store):
        """11"""
        await store.advance({"0": Progress(Mark(41, "b")), "1": Progress(Mark(5, "x"))})
        await store.advance({"0": Progress(Mark(40, "a"), "late"), "1": Progress(Mark(6, "y"))})
        assert await store.checkpoints() == {"0": Progress(Mark(41, "b")), "1": Progress(Mark(6, "y"))}

    async def test_what_is_finished_beyond_a_checkpoint_is_kept_beside_it(self, store):
        await store.advance({"0": Progress(Mark(41, "b"), "42, 44")})
        await store.advance({"0": Progress(Mark(41, "b"), "42, 44, 45 % é")})
        assert await store.checkpoints() == {"0": Progress(Mark(41, "b"), "42, 44, 45 % é")}
        await store.advance({"0": Progress(Mark(45, "c"))})
        assert await store.checkpoints() == {"0": Progress(Mark(45, "c"))}

    async def test_a_claim_with_an_old_etag_is_refused(self, store):
        (first,) = await store.claim([Ownership("0", "a", "w", 0, "")])
        assert await store.claim([Ownership("0", "b", "w", 0, "")]) == []
        (second,) = await store.claim([Ownership("0", "b", "w", 0, first.etag)])
        assert await store.claim([Ownership("0", "c", "w", 0, first.etag)]) == []
        (found,) = await store.owners()
        assert replace(found, modified=0) == replace(second, modified=0)
        assert abs(found.modified - time.time()) < 3

    async def test_of_two_that_claim_at_once_one_gets_it(self, store):
        claims = [store.claim([Ownership("0", owner, "w", 0, "")]) for owner in "abcde"]
        taken = [one for found in await asyncio.gather(*claims) for one in found]
        assert [one.owner for one in taken] == [one.owner for one in await store.owners()]

    async def test_a_partition_that_was_given_back_has_no_owner(self, store):
        (first,) = await store.claim([Ownership("0", "a", "w", 0, "")])
        await store.claim([replace(first, owner="")])
        assert [one.owner for one in await store.owners()] == [""]


class TestFolder(StoreTests):
    @pytest.fixture
    def store(self, tmp_path):
        return FolderStore(tmp_path, "claimx.downloads", "$Default")

    async def test_a_checkpoint_is_a_file_others_can_read(self, store, tmp_path):
        await store.advance({"3": Progress(Mark(41, "8208"))})
        path = tmp_path / "claimx.downloads" / "$Default" / "3.json"
        assert json.loads(path.read_text()) == {"sequence_number": 41, "offset": "8208"}

    @pytest.mark.parametrize(
        "damage", ["", "{", "[]", '{"sequence_number": "x"}', '{"offset": "1"}', "\ufffd"]
    )
    async def test_a_damaged_checkpoint_counts_as_missing_and_heals(self, store, tmp_path, damage):
        """26"""
        await store.advance({"0": Progress(Mark(41, "b"))})
        (tmp_path / "claimx.downloads" / "$Default" / "0.json").write_text(damage)
        assert await store.checkpoints() == {}
        await store.advance({"0": Progress(Mark(3, "c"))})
        assert await store.checkpoints() == {"0": Progress(Mark(3, "c"))}

    async def test_processes_advance_side_by_side_without_going_back(self, store, tmp_path):
        """11"""
        context = multiprocessing.get_context("spawn")
        members = [context.Process(target=advance_alone, args=(str(tmp_path), start)) for start in (0, 1)]
        for member in members:
            member.start()
        for member in members:
            await asyncio.to_thread(member.join, 60)
            assert member.exitcode == 0
        assert await FolderStore(tmp_path, "hub", "group").checkpoints() == {"0": Progress(Mark(199, "199"))}

    async def test_a_store_that_cannot_be_written_says_so(self, tmp_path):
        (tmp_path / "hub").write_text("a file where a folder should be")
        with pytest.raises(CommitError, match=r"cannot be written: .*EVENTHUB_CHECKPOINT_STORE"):
            await FolderStore(tmp_path, "hub", "group").advance({"0": Progress(Mark(1, "1"))})

    @pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "..", "a b"])
    def test_a_name_that_leads_out_of_the_folder_is_refused(self, tmp_path, name):
        with pytest.raises(ConfigurationError, match="no name of an event hub"):
            FolderStore(tmp_path, name, "group")


class TestNowhere(StoreTests):
    @pytest.fixture
    def store(self):
        return Nowhere()


@pytest.mark.broker
class TestBlobs(StoreTests):
    @pytest.fixture
    async def where(self, blob_service):
        """A store in a new container."""
        found = blob_service.store(f"checkpoints-{uuid.uuid4().hex}")
        async with ContainerClient.from_connection_string(*without_container(found)) as container:
            await container.create_container()
        return found

    @pytest.fixture
    async def store(self, where):
        async with contextlib.aclosing(Closing(BlobStore(where, NAMESPACE, "Hub", "$Default"))) as found:
            yield found.store

    @pytest.fixture
    async def container(self, where):
        async with ContainerClient.from_connection_string(*without_container(where)) as found:
            yield found

    async def test_a_stale_owner_cannot_turn_a_checkpoint_back(self, where, store):
        """11: each compares with what it last saw, and learns what was stored since."""
        async with contextlib.aclosing(Closing(BlobStore(where, NAMESPACE, "Hub", "$Default"))) as other:
            await store.advance({"0": Progress(Mark(10, "a"))})
            await other.store.advance({"0": Progress(Mark(30, "c"))})
            await store.advance({"0": Progress(Mark(20, "b"))})
            assert await store.checkpoints() == {"0": Progress(Mark(30, "c"))}

            async def go_on(one):  # as an owner does, one commit after the other
                for n in range(31, 51):
                    await one.advance({"0": Progress(Mark(n, "x"))})

            await asyncio.gather(go_on(store), go_on(other.store))
            assert await store.checkpoints() == {"0": Progress(Mark(50, "x"))}

    async def test_the_layout_is_microsofts(self, store, container):
        await store.advance({"3": Progress(Mark(41, "8208"))})
        await store.claim([Ownership("3", "me", "claimx-worker", 0, "")])
        found = {blob.name: blob.metadata async for blob in container.list_blobs(include=["metadata"])}
        prefix = f"{NAMESPACE}/hub/$default"
        assert found == {
            f"{prefix}/checkpoint/3": {"sequencenumber": "41", "offset": "8208"},
            f"{prefix}/ownership/3": {"ownerid": "me", "reader": "claimx-worker"},
        }

    @pytest.mark.parametrize("damage", [{}, {"sequencenumber": "x", "offset": "1"}, {"offset": "1"}])
    async def test_a_damaged_checkpoint_counts_as_missing_and_heals(self, store, container, damage):
        """26"""
        blob = container.get_blob_client(f"{NAMESPACE}/hub/$default/checkpoint/0")
        await blob.upload_blob(b"", metadata=damage)
        assert await store.checkpoints() == {}
        await store.advance({"0": Progress(Mark(3, "c"))})
        assert await store.checkpoints() == {"0": Progress(Mark(3, "c"))}

    async def test_a_container_that_does_not_exist_is_named(self, blob_service):
        lost = BlobStore(blob_service.store("nowhere"), NAMESPACE, "hub", "group")
        async with contextlib.aclosing(Closing(lost)):
            for call in (lost.checkpoints(), lost.advance({"0": Progress(Mark(1))}), lost.owners()):
                with pytest.raises(ConfigurationError, match=r"container nowhere of .* does not exist: make"):
                    await call

    async def test_a_wrong_key_is_refused_and_not_shown(self, where):
        wrong = "d3Jvbmc="
        refused = BlobStore(where.replace(KEY, wrong), NAMESPACE, "hub", "group")
        async with contextlib.aclosing(Closing(refused)):
            with pytest.raises(AccessDeniedError, match="Storage Blob Data Contributor") as caught:
                await refused.checkpoints()
            assert wrong not in str(caught.value)
            assert KEY not in str(caught.value)

    async def test_a_signature_for_the_container_is_enough(self, where, blob_service):
        _, container = without_container(where)
        signature = generate_container_sas(
            ACCOUNT,
            container,
            account_key=KEY,
            permission=ContainerSasPermissions(read=True, write=True, list=True),
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )
        signed = BlobStore(f"{blob_service.url}/{container}?{signature}", NAMESPACE, "hub", "group")
        async with contextlib.aclosing(Closing(signed)):
            await signed.advance({"0": Progress(Mark(10, "a"))})
            await signed.advance({"0": Progress(Mark(9, "b"))})
            assert await signed.checkpoints() == {"0": Progress(Mark(10, "a"))}
            assert len(await signed.claim([Ownership("0", "me", "w", 0, "")])) == 1
        wrong = f"{blob_service.url}/{container}?{signature.replace('sig=', 'sig=x')}"
        refused = BlobStore(wrong, NAMESPACE, "hub", "group")
        async with contextlib.aclosing(Closing(refused)):
            with pytest.raises(AccessDeniedError) as caught:
                await refused.owners()
        assert "sig=" not in str(caught.value)

    async def test_a_service_that_is_away_is_a_refused_commit(self, where):
        away = without_port(where)
        lost = store_of(
            TransportConfig(
                transport="eventhub",
                connection_string=f"Endpoint=sb://{NAMESPACE};SharedAccessKeyName=n;SharedAccessKey=k",
                checkpoint_store=away,
            ),
            "hub",
            "group",
        )
        with pytest.raises(CommitError, match="EVENTHUB_CHECKPOINT_STORE"):
            await lost.advance({"0": Progress(Mark(1))})
        await lost.close()


async def test_a_store_that_hangs_is_waited_for_no_longer_than_a_while():
    class Hanging(Nowhere):
        async def checkpoints(self):
            await asyncio.Event().wait()

    with pytest.raises(CommitError, match=r"the checkpoint store share has not answered within 0\.05 s"):
        await PatientStore(Hanging(), "share", timeout=0.05).checkpoints()


class Closing:
    """For aclosing."""

    def __init__(self, store):
        self.store = store
        self.aclose = store.close


def without_port(where):
    head, _, rest = where.partition("BlobEndpoint=http://127.0.0.1:")
    return f"{head}BlobEndpoint=http://127.0.0.1:1{rest.lstrip('0123456789')}"


def advance_alone(folder, start):
    from pathlib import Path

    async def advance():
        store = FolderStore(Path(folder), "hub", "group")
        for number in range(start, 200, 2):
            await store.advance({"0": Progress(Mark(number, str(number)))})
            assert (await store.checkpoints())["0"].mark.offset >= number

    asyncio.run(advance())
