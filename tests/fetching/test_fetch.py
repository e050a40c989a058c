"""A mirror follows its origin, and an origin that means harm gets nowhere."""

import random
import subprocess
from pathlib import Path

import pytest

from migration_tracker import fetching
from migration_tracker.scanning import Revision, SourceError
from migration_tracker.scanning import git as reading
from tests.conftest import commit, git


def fetched(origin: Path, **options: object) -> Path:
    """The mirror of a folder."""
    mirror = origin.parent / "mirror"
    fetching.fetch(str(origin), mirror, local=True, **options)
    return mirror


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")


def test_a_mirror_follows_its_origin_also_when_branches_go_and_history_is_rewritten(origin):
    git(origin, "branch", "feature")
    mirror = fetched(origin)
    assert head(mirror) == head(origin)
    assert git(mirror, "branch", "--format=%(refname:short)").split() == ["feature", "main"]
    git(origin, "branch", "-D", "feature")
    git(origin, "commit", "--quiet", "--amend", "-m", "Rewritten")
    git(origin, "branch", "-m", "main", "trunk")
    assert fetching.fetch(str(origin), mirror, local=True) == "trunk"
    assert head(mirror) == head(origin)
    assert git(mirror, "branch", "--format=%(refname:short)") == "trunk"


def test_the_scanner_reads_a_mirror_as_any_repository(origin):
    source = Revision(fetched(origin), "HEAD")
    assert [entry.path for entry in source.entries()] == ["worker.py"]
    assert list(source.read(["worker.py"], most=100)) == [("worker.py", b"pass\n")]


def test_nothing_of_the_mirror_is_checked_out_and_no_hook_or_filter_comes_with_it(origin, canary):
    (origin / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    commit(origin)
    git(origin, "config", "filter.evil.smudge", str(canary))
    git(origin, "config", "filter.evil.clean", str(canary))
    git(origin, "config", "filter.evil.process", str(canary))
    for hook in ("post-checkout", "post-merge", "reference-transaction", "post-receive", "pre-auto-gc"):
        (origin / ".git/hooks" / hook).symlink_to(canary)
    mirror = fetched(origin)
    list(Revision(mirror, "HEAD").read(["worker.py"], most=100))
    assert not (mirror / "hooks").exists()
    assert not (mirror / "worker.py").exists()


@pytest.mark.parametrize(
    "key",
    [
        "uploadpack.packObjectsHook",
        "core.fsmonitor",
        "core.sshCommand",
        "core.alternateRefsCommand",
        "core.gitProxy",
        "core.askPass",
        "credential.helper",
        "gpg.program",
        "diff.external",
        "core.pager",
    ],
)
def test_the_origins_own_configuration_starts_no_program(origin, canary, key):
    git(origin, "config", key, str(canary))
    git(origin, "config", "log.showSignature", "true")
    fetched(origin)


def test_what_the_accounts_own_configuration_says_does_not_count(origin, canary, tmp_path, monkeypatch):
    made = head(origin)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f"[core]\n\tfsmonitor = {canary}\n\thooksPath = {home}\n[uploadpack]\n\tpackObjectsHook = {canary}\n"
        f'[url "ext::{canary} "]\n\tinsteadOf = file://\n[init]\n\ttemplateDir = {home}\n'
    )
    (home / "reference-transaction").symlink_to(canary)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'uploadpack.packobjectshook={canary}'")
    monkeypatch.setenv("GIT_SSH_COMMAND", str(canary))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(canary))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(home))
    monkeypatch.setenv("GIT_DIR", str(home))
    assert Revision(fetched(origin), "HEAD").commit == made


def test_reading_a_repository_of_this_machine_starts_no_program_of_its_configuration(origin, canary):
    """One that was registered by its path has a configuration, which somebody else may have written."""
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.alternateRefsCommand",
        "gpg.program",
        "core.pager",
    ):
        git(origin, "config", key, str(canary))
    git(origin, "config", "log.showSignature", "true")
    git(origin, "config", "extensions.partialClone", "origin")
    git(origin, "config", "remote.origin.url", f"ext::{canary} x")
    git(origin, "config", "remote.origin.promisor", "true")
    signed = git(origin, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=origin, input=signed + "\n", text=True, check=True, capture_output=True,
    ).stdout.strip()  # fmt: skip
    subprocess.run(["git", "update-ref", "refs/heads/main", made], cwd=origin, check=True)
    source = Revision(origin, "HEAD")
    assert source.commit == made
    assert reading.last_change(origin, "worker.py") == made
    with pytest.raises(SourceError):
        list(reading.blobs(origin, ["0" * 40]))


def test_a_submodule_is_neither_fetched_nor_followed(origin, canary, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet")
    commit(inner)
    (origin / ".gitmodules").write_text(f'[submodule "inner"]\n\tpath = inner\n\turl = ext::{canary}\n')
    git(origin, "update-index", "--add", "--cacheinfo", f"160000,{head(inner)},inner")
    git(origin, "add", ".gitmodules")
    git(origin, "commit", "--quiet", "-m", "Submodule")
    mirror = fetched(origin)
    assert not (mirror / "modules").exists()
    assert [entry.path for entry in Revision(mirror, "HEAD").entries()] == [".gitmodules", "worker.py"]


def test_objects_made_to_mislead_a_reader_are_refused_and_what_was_there_stays(origin):
    mirror = fetched(origin)
    before = head(mirror)
    (origin / ".gitmodules").write_text('[submodule "a"]\n\tpath = a\n\turl = -u./payload\n')
    commit(origin)
    with pytest.raises(fetching.FetchFailed, match="gitmodules"):
        fetched(origin)
    assert head(mirror) == before
    assert list(Revision(mirror, "HEAD").read(["worker.py"], most=100)) == [("worker.py", b"pass\n")]


def test_a_link_out_of_the_tree_is_not_followed(origin):
    (origin / "passwd").symlink_to("/etc/passwd")
    (origin / "up").symlink_to("../../../../../../etc/passwd")
    commit(origin)
    source = Revision(fetched(origin), "HEAD")
    for _, content in source.read(["passwd", "up"], most=10_000):
        assert "leads out of the tree" in content.reason


def test_what_is_larger_than_the_limit_is_not_kept(origin):
    mirror = fetched(origin)
    (origin / "large.bin").write_bytes(random.Random(1).randbytes(6_000_000))
    commit(origin)
    limits = fetching.Limits(size=2_000_000)
    with pytest.raises(fetching.TooLarge, match="larger than the limit"):
        fetched(origin, limits=limits)
    assert sum(file.stat().st_size for file in mirror.rglob("*") if file.is_file()) < 1_000_000
    assert head(mirror) != head(origin)
    git(origin, "reset", "--quiet", "--hard", "HEAD~1")
    assert head(fetched(origin, limits=limits)) == head(origin)


def test_a_tree_that_unfolds_to_ten_billion_files_is_told_from_a_repository(origin):
    blob = git(origin, "hash-object", "-w", "worker.py")
    kind, inner = "100644 blob", blob
    for _ in range(10):
        entries = "".join(f"{kind} {inner}\t{name}\n" for name in "abcdefghij")
        inner = subprocess.run(
            ["git", "mktree"], cwd=origin, input=entries, text=True, check=True, capture_output=True
        ).stdout.strip()
        kind = "040000 tree"
    git(origin, "update-ref", "refs/heads/main", git(origin, "commit-tree", inner, "-m", "Bomb"))
    mirror = fetched(origin)
    with pytest.raises(SourceError, match="more than 10,000 files"):
        reading.tree(mirror, "HEAD", most=10_000)


@pytest.mark.parametrize("name", ["-x", "--upload-pack=x", "x'$(touch y)'", "<script>alert(1)</script>"])
def test_a_branch_with_a_hostile_name_is_a_branch_or_refused(origin, name, tmp_path):
    mirror = tmp_path / "mirror"
    ref = origin / ".git/refs/heads" / name
    try:
        ref.resolve().parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(head(origin) + "\n")
        (origin / ".git/HEAD").write_text(f"ref: refs/heads/{name}\n")
        branch = fetching.fetch(str(origin), mirror, local=True)
    except fetching.FetchFailed:
        assert not list(tmp_path.rglob("y"))
    else:
        assert branch == name
        assert Revision(mirror, "HEAD").commit == git(origin, "rev-parse", "HEAD")


def test_an_origin_without_a_commit_or_with_a_detached_head_is_told_so(origin, tmp_path):
    git(origin, "checkout", "--quiet", "--detach")
    with pytest.raises(fetching.FetchFailed, match="HEAD names no branch"):
        fetched(origin)


def test_by_https_the_address_that_was_checked_is_connected_to_and_the_token_is_sent_there(
    served, tmp_path, names
):
    asked = names("git.example.org", ["127.0.0.1"])
    url = f"https://git.example.org:{served.port}/origin.git"
    access = fetching.Access(token="canary-token", user="ci")
    assert fetching.fetch(url, tmp_path / "mirror", access=access, allowed=["git.example.org"]) == "main"
    assert head(tmp_path / "mirror") == head(tmp_path / "origin")
    assert len(asked) == 1
    assert {authorization for _, authorization in served.asked} == {"Basic Y2k6Y2FuYXJ5LXRva2Vu"}
    kept = subprocess.run(
        ["grep", "-r", "-e", "canary-token", "-e", "Y2k6", tmp_path / "mirror"],
        check=False,
        capture_output=True,
    )
    assert kept.stdout == b""


def test_a_redirect_is_not_followed_and_gets_no_token(served, tmp_path, names):
    names("git.example.org", ["127.0.0.1"])
    served.moved = f"https://localhost:{served.port}/elsewhere"
    with pytest.raises(fetching.FetchFailed) as failed:
        fetching.fetch(
            f"https://git.example.org:{served.port}/origin.git", tmp_path / "mirror",
            access=fetching.Access(token="canary-token"), allowed=["git.example.org"],
        )  # fmt: skip
    assert "canary-token" not in str(failed.value)
    assert not [path for path, _ in served.asked if "elsewhere" in path]


def test_a_server_that_does_not_answer_is_given_up_and_no_process_is_left(served, tmp_path, names):
    names("git.example.org", ["127.0.0.1"])
    served.silent = True
    with pytest.raises(fetching.TooSlow, match="was not done within 1 s"):
        fetching.fetch(
            f"https://git.example.org:{served.port}/origin.git", tmp_path / "mirror",
            allowed=["git.example.org"], limits=fetching.Limits(seconds=1),
        )  # fmt: skip
    left = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
    assert f"git.example.org:{served.port}" not in left


def test_a_certificate_that_is_not_the_hosts_is_refused(served, tmp_path):
    with pytest.raises(fetching.FetchFailed, match=r"(?i)certificate|SSL"):
        fetching.fetch(
            f"https://localhost:{served.port}/origin.git", tmp_path / "mirror", allowed=["localhost"]
        )


def test_a_key_is_shown_to_the_host_that_was_named_at_the_address_that_was_checked():
    from migration_tracker.fetching.address import parse

    access = fetching.Access(key_file=Path("/keys/a b"), known_hosts=Path("/keys/hosts"))
    words = access.ssh(parse("ssh://git@git.example.org:2222/a", local=False), "192.0.2.7")
    assert "HostName=192.0.2.7" in words
    assert "'HostKeyAlias=[git.example.org]:2222'" in words
    assert "-i '/keys/a b'" in words
    assert "UserKnownHostsFile=/keys/hosts" in words
    assert "StrictHostKeyChecking=yes" in words
    assert "canary" not in repr(fetching.Access(token="canary"))
