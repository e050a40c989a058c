"""Which addresses a repository is fetched from."""

import pytest

from migration_tracker import fetching
from migration_tracker.fetching.address import parse

GOOD = [
    ("https://github.com/org/repository.git", "github.com", 443),
    ("https://dev.azure.com/org/project/_git/repo%20name", "dev.azure.com", 443),
    ("https://git.example.org:8443/a", "git.example.org", 8443),
    ("ssh://git@git.example.org/a/b", "git.example.org", 22),
    ("ssh://git@git.example.org:2222/a/b", "git.example.org", 2222),
    ("git@ssh.dev.azure.com:v3/org/project/repo", "ssh.dev.azure.com", 22),
    ("host.example.org:/srv/git/a.git", "host.example.org", 22),
]

BAD = [
    "",
    "repository",
    "http://github.com/a/b",
    "git://github.com/a/b",
    "ftp://github.com/a/b",
    "ext::sh -c touch% /tmp/x",
    "ext::sh",
    "fd::17/foo",
    "testgit::x",
    "transport::https://github.com/a/b",
    "https::https://github.com/a/b",
    "--upload-pack=touch x",
    "-u",
    "--config=core.sshCommand=x",
    "ssh://-oProxyCommand=touch%20x/a",
    "ssh://git@-oProxyCommand=x/a",
    "ssh://-oProxyCommand=x@host/a",
    "-oProxyCommand=x:a",
    "git@-oProxyCommand=x:a",
    "git@host:-x",
    "git@host:--upload-pack=x",
    "ssh://host/-x",
    "https://user:password@github.com/a/b",
    "https://token@github.com/a/b",
    "ssh://git:password@github.com/a/b",
    "https://github.com/a/b?x=1",
    "https://github.com/a/b#x",
    "https://github.com/",
    "https:///a/b",
    "https://$(touch x)/a",
    "https://host`x`/a",
    "https://github.com/a\nb",
    "https://github.com/a\0b",
    "https://github.com\\@evil.example/a",
    "https://github.com:port/a",
    "https://github.com/" + "a" * 1000,
    "file:///etc",
    "/etc",
    "file://host/share",
    "./relative",
    "../relative",
    "~/relative",
    "//host/share",
]


@pytest.mark.parametrize(("url", "host", "port"), GOOD)
def test_what_a_repository_is_fetched_from(url, host, port):
    remote = parse(url, local=False)
    assert (remote.url, remote.host, remote.port) == (url, host, port)


@pytest.mark.parametrize("url", BAD)
def test_what_is_refused_before_git_sees_it(url, tmp_path):
    with pytest.raises(fetching.UnsafeAddress):
        fetching.fetch(url, tmp_path / "mirror")
    assert not (tmp_path / "mirror").exists()


@pytest.mark.parametrize("url", [url for url in BAD if not url.startswith(("/etc", "file:///etc"))])
def test_what_an_administrator_may_not_fetch_either(url, tmp_path):
    with pytest.raises(fetching.UnsafeAddress):
        fetching.fetch(url, tmp_path / "mirror", local=True)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/a", "ssh://git@169.254.169.254/a", "git@localhost:a", "https://[::1]/a"]
)
def test_a_private_address_is_refused_unless_its_host_is_named(url):
    with pytest.raises(fetching.UnsafeAddress, match="OUTBOUND_ALLOWED_HOSTS"):
        fetching.check(url)
    host = parse(url, local=False).host
    assert fetching.check(url, allowed=[host]) == url


def test_a_refusal_does_not_repeat_a_password():
    with pytest.raises(fetching.UnsafeAddress) as refused:
        fetching.check("https://user:hunter2@github.com/a/b")
    assert "hunter2" not in str(refused.value)
