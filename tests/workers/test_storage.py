"""The store: a folder, and a store that is none."""

import asyncio
from pathlib import Path

import fsspec
import pytest

from workers.errors import StorageError, StorageRefusedError
from workers.storage import Storage


@pytest.fixture(params=["folder", "memory"])
def storage(request, tmp_path):
    root = str(tmp_path / "store") if request.param == "folder" else f"memory://{tmp_path.name}"
    return Storage.from_env({"STORAGE_URL": root})


@pytest.fixture
def photo(tmp_path):
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"x" * 3_000_000)
    return file


def content(storage: Storage, path: str) -> bytes:
    store, root = fsspec.core.url_to_fs(storage._url)
    return store.cat_file(f"{root}/{path}")


async def test_a_file_is_put_whole_and_again(storage, photo):
    for _ in range(2):
        assert await storage.put(photo, "claimx/4711/m-1/photo.jpg") == 3_000_000
    assert content(storage, "claimx/4711/m-1/photo.jpg") == photo.read_bytes()
    assert await storage.size("claimx/4711/m-1/photo.jpg") == 3_000_000


async def test_what_is_not_there_has_no_size(storage):
    assert await storage.size("a/b") is None


@pytest.mark.parametrize(
    "path", ["../out", "a/../../out", "/etc/passwd", "a//b", "", "C:/x", "a\\..\\b", "~/x"]
)
async def test_a_path_that_leads_out_of_the_store_is_refused(path, storage, photo, tmp_path):
    for question in (storage.put(photo, path), storage.size(path)):
        with pytest.raises(StorageRefusedError):
            await question
    assert list(tmp_path.rglob("out")) == []


async def test_a_file_that_is_gone_is_refused_and_leaves_nothing(storage, tmp_path):
    with pytest.raises(StorageRefusedError, match="a/b"):
        await storage.put(tmp_path / "gone", "a/b")
    assert await storage.size("a/b") is None


async def test_what_breaks_off_leaves_the_old_file_and_no_part(tmp_path, photo):
    storage = Storage(str(tmp_path / "store"))
    await storage.put(photo, "a/b")
    with pytest.raises(StorageError, match="Input/output error"):
        await storage.put(Path("/proc/self/mem"), "a/b")  # opens, and cannot be read at 0
    assert content(storage, "a/b") == photo.read_bytes()
    assert [file.name for file in (tmp_path / "store").rglob("*") if file.is_file()] == ["b"]


async def test_of_two_who_put_the_same_at_once_nobody_sees_half(storage, photo):
    sizes = await asyncio.gather(*(storage.put(photo, "a/b") for _ in range(5)))
    assert set(sizes) == {3_000_000}
    assert content(storage, "a/b") == photo.read_bytes()


async def test_a_store_that_does_not_take_it_is_told(tmp_path, photo):
    (tmp_path / "a").write_text("a file where a folder should be")
    with pytest.raises(StorageError) as told:
        await Storage(str(tmp_path)).put(photo, "a/b")
    assert not isinstance(told.value, StorageRefusedError)


async def test_a_url_that_names_no_store_is_told(photo):
    with pytest.raises(StorageError, match=r"STORAGE_URL.*nowhere"):
        await Storage("nowhere://x").put(photo, "a/b")


def test_without_a_setting_files_go_to_a_folder():
    assert Storage.from_env({})._url == "var/storage"
