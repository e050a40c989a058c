"""The folder store: checkpoints never go back, claims are compare-and-swap, damage costs only repetition."""

import json
import multiprocessing

import pytest

from transport import CommitError, ConfigurationError
from transport.adapter import Progress
from transport.checkpoints import FolderStore, Ownership
from transport.watermark import Mark


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path, "claimx.downloads", "$Default")


def test_a_checkpoint_is_a_file_others_can_read(store, tmp_path):
    store.advance({"3": Progress(Mark(41, "8208"))})
    path = tmp_path / "claimx.downloads" / "$Default" / "3.json"
    assert json.loads(path.read_text()) == {"sequence_number": 41, "offset": "8208"}


def test_a_checkpoint_never_goes_back(store):
    """11"""
    store.advance({"0": Progress(Mark(41, "b")), "1": Progress(Mark(5, "x"))})
    store.advance({"0": Progress(Mark(40, "a"), "late"), "1": Progress(Mark(6, "y"))})
    assert store.checkpoints() == {"0": Progress(Mark(41, "b")), "1": Progress(Mark(6, "y"))}


def test_what_is_finished_beyond_a_checkpoint_is_kept_beside_it(store):
    store.advance({"0": Progress(Mark(41, "b"), "42, 44")})
    store.advance({"0": Progress(Mark(41, "b"), "42, 44, 45")})
    assert store.checkpoints() == {"0": Progress(Mark(41, "b"), "42, 44, 45")}


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"sequence_number": "x"}', '{"offset": "1"}', "\ufffd"])
def test_a_damaged_checkpoint_counts_as_missing_and_heals(store, tmp_path, damage):
    """26"""
    store.advance({"0": Progress(Mark(41, "b"))})
    (tmp_path / "claimx.downloads" / "$Default" / "0.json").write_text(damage)
    assert store.checkpoints() == {}
    store.advance({"0": Progress(Mark(3, "c"))})
    assert store.checkpoints() == {"0": Progress(Mark(3, "c"))}


def test_a_claim_with_an_old_etag_is_refused(store):
    (first,) = store.claim([Ownership("0", "a", "w", 0, "")])
    assert store.claim([Ownership("0", "b", "w", 0, "")]) == []
    (second,) = store.claim([Ownership("0", "b", "w", 0, first.etag)])
    assert store.owners() == [second]
    assert second.modified >= first.modified


def test_processes_advance_side_by_side_without_going_back(tmp_path):
    """11"""
    context = multiprocessing.get_context("spawn")
    members = [context.Process(target=advance, args=(str(tmp_path), start)) for start in (0, 1)]
    for member in members:
        member.start()
    for member in members:
        member.join(60)
        assert member.exitcode == 0
    assert FolderStore(tmp_path, "hub", "group").checkpoints() == {"0": Progress(Mark(199, "199"))}


def advance(folder, start):
    from pathlib import Path

    store = FolderStore(Path(folder), "hub", "group")
    for number in range(start, 200, 2):
        store.advance({"0": Progress(Mark(number, str(number)))})
        assert store.checkpoints()["0"].mark.offset >= number


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "hub").write_text("a file where a folder should be")
    with pytest.raises(CommitError, match=r"cannot be written: .*EVENTHUB_CHECKPOINT_STORE"):
        FolderStore(tmp_path, "hub", "group").advance({"0": Progress(Mark(1, "1"))})


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "..", "a b"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    with pytest.raises(ConfigurationError, match="no name of an event hub"):
        FolderStore(tmp_path, name, "group")
