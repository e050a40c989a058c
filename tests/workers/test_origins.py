"""Which hosts may be asked for files."""

import pytest
from yarl import URL

from workers.errors import DownloadRefusedError
from workers.origins import Origins, PublicResolver

ORIGINS = Origins(
    frozenset({"files.example.com", ".blob.example.net", "10.0.0.5"}), URL("http://127.0.0.1:8123")
)


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example.com/a?signature=x",
        "https://FILES.example.com./a",
        "https://west.blob.example.net/a",
        "http://127.0.0.1:8123/files/a",
    ],
)
def test_an_allowed_host_may_be_asked(url):
    assert ORIGINS.check(url).path


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/a",
        "https://files.example.com:8443/a",
        "https://evil.example.com/a",
        "https://files.example.com.evil.com/a",
        "https://blob.example.net/a",
        "https://notblob.example.net/a",
        "https://user:password@files.example.com/a",
        "https://files.example.com@evil.com/a",
        "http://127.0.0.1:8124/a",
        "https://127.0.0.1:8123/a",
        "http://localhost:8123/a",
        "https://10.0.0.5/a",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/a",
        "file:///etc/passwd",
        "ftp://files.example.com/a",
        "//files.example.com/a",
        "/a",
        "",
        "https://[/a",
        "https://files.example.com:99999/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://2130706433/a",
        "https:///a",
    ],
)
def test_any_other_url_is_refused_without_showing_it(url):
    with pytest.raises(DownloadRefusedError) as raised:
        ORIGINS.check(url)
    assert "password" not in str(raised.value).replace("user name or password", "")


def test_the_environment_names_the_hosts():
    origins = Origins.from_env(
        {"DOWNLOAD_ALLOWED_HOSTS": " A.example.com, .b.example.com ,", "FILE_HOST_URL": ""}
    )
    assert origins == Origins(frozenset({"a.example.com", ".b.example.com"}))


async def test_a_name_that_leads_to_a_private_address_is_refused():
    resolver = PublicResolver(ORIGINS)
    with pytest.raises(DownloadRefusedError, match="localhost leads to a private address"):
        await resolver.resolve("localhost", 443)
    await resolver.close()


async def test_the_configured_local_host_is_exempt():
    resolver = PublicResolver(Origins(local=URL("http://localhost:8123")))
    assert await resolver.resolve("localhost", 8123)
    await resolver.close()
