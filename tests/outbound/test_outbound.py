"""An address that somebody entered leads to the public internet or nowhere."""

import time

import pytest

from migration_tracker import outbound

PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.2.1",
    "192.0.0.192",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "localhost",
    "[::]",
    "[::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_what_is_not_on_the_public_internet_is_refused_where_it_is_entered_and_when_it_is_sent_to(host):
    for ask in (outbound.check, lambda url: outbound.post(url, b"{}")):
        with pytest.raises(outbound.Refused, match="OUTBOUND_ALLOWED_HOSTS"):
            ask(f"https://{host}/hook")


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700:4700::1111]", "[64:ff9b::808:808]"])
def test_an_address_of_the_public_internet_is_taken(host):
    outbound.check(f"https://{host}/hook")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://8.8.8.8/", "https://"),
        ("ftp://8.8.8.8/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("gopher://8.8.8.8/", "https://"),
        ("//8.8.8.8/", "https://"),
        ("", "https://"),
        ("https://", "no host"),
        ("https:///hook", "no host"),
        ("https://me:secret@8.8.8.8/", "user or password"),
        ("https://8.8.8.8:99999/", "no address"),
        ("https://[8.8.8.8/", "no address"),
        ("https://8.8.8.8/\r\nX-Evil: 1", "control character"),
        ("https://8.8.8.8\\@127.0.0.1/", "control character"),
        ("https://8.8.8.8/a b", "space"),
        ("https://8.8.8.8/" + "a" * 2000, "2000 characters"),
    ],
)
def test_what_is_no_proper_address_is_refused_with_its_reason(url, why):
    with pytest.raises(outbound.Refused, match=why) as refused:
        outbound.check(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".example", "a..b"])
def test_a_name_without_an_address_may_have_one_later(host):
    with pytest.raises(outbound.Unreachable, match="spelt right"):
        outbound.check(f"https://{host}/")


@pytest.mark.parametrize("allowed", ["localhost", "LOCALHOST.", "localhost:{port}"])
def test_a_host_that_an_administrator_named_is_sent_to_by_http_too(serve, allowed):
    server = serve()
    url = f"http://localhost:{server.port}/hook?a=1"
    answer = outbound.post(
        url, b'{"a": 1}', headers={"X-Signature": "abc"}, allowed=[allowed.format(port=server.port)]
    )
    assert answer == outbound.Answer(200, b"taken")
    ((path, headers, body),) = server.asked
    assert (path, body) == ("/hook?a=1", b'{"a": 1}')
    assert headers["X-Signature"] == "abc"
    assert headers["Host"] == f"localhost:{server.port}"


def test_another_port_of_a_host_named_with_its_port_stays_closed(serve):
    server = serve()
    with pytest.raises(outbound.Refused):
        outbound.post(f"https://localhost:{server.port}/", b"", allowed=["localhost:1"])
    assert server.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(names):
    names("mixed.example.org", ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(outbound.Refused, match=r"mixed\.example\.org is 10\.0\.0\.1"):
        outbound.check("https://mixed.example.org/")


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(serve, names):
    checked = serve("127.0.0.1")
    asked = names("rebinding.example.org", ["127.0.0.1"], ["127.0.0.2"])
    url = f"http://rebinding.example.org:{checked.port}/"
    outbound.post(url, b"", allowed=["rebinding.example.org"])
    assert len(checked.asked) == 1
    assert len(asked) == 1


def test_a_name_that_turned_private_after_it_was_entered_is_refused_when_it_is_sent_to(names):
    names("turning.example.org", ["8.8.8.8"], ["127.0.0.1"])
    outbound.check("https://turning.example.org/")
    with pytest.raises(outbound.Refused):
        outbound.post("https://turning.example.org/", b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(serve, status):
    inside = serve()
    outside = serve(status=status, headers={"Location": f"http://127.0.0.1:{inside.port}/metadata"})
    with pytest.raises(outbound.Refused, match="redirects elsewhere"):
        outbound.post(f"http://localhost:{outside.port}/", b"", allowed=["localhost"])
    assert len(outside.asked) == 1
    assert inside.asked == []


def test_a_refusal_of_the_other_side_is_an_answer(serve):
    server = serve(status=503)
    assert outbound.post(f"http://127.0.0.1:{server.port}/", b"", allowed=["127.0.0.1"]).status == 503


def test_only_the_beginning_of_a_long_answer_is_read(serve):
    server = serve(body=b"x" * 20_000)
    answer = outbound.post(f"http://127.0.0.1:{server.port}/", b"", allowed=["127.0.0.1"])
    assert len(answer.body) == 16_384


def test_an_answer_that_trickles_in_is_cut_off(serve):
    server = serve(trickle=b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000)
    begun = time.monotonic()
    with pytest.raises(outbound.Unreachable, match=r"within 0\.5 s"):
        outbound.post(f"http://127.0.0.1:{server.port}/", b"", allowed=["127.0.0.1"], timeout=0.5)
    assert time.monotonic() - begun < 10


def test_nobody_there_is_unreachable_not_refused():
    with pytest.raises(outbound.Unreachable, match="did not answer"):
        outbound.post("http://127.0.0.1:1/", b"", allowed=["127.0.0.1"])


def test_what_does_not_speak_http_is_unreachable(secure):
    with pytest.raises(outbound.Unreachable, match="did not answer in HTTP"):
        outbound.post(f"http://127.0.0.1:{secure.port}/", b"", allowed=["127.0.0.1"], timeout=5)


def test_the_certificate_must_be_the_names_own_not_the_addresss(secure, names):
    names("hooks.example.org", ["127.0.0.1"])
    url = f"https://hooks.example.org:{secure.port}/"
    assert outbound.post(url, b"", allowed=["hooks.example.org"]).status == 200
    with pytest.raises(outbound.Unreachable, match="certificate was not accepted"):
        outbound.post(f"https://localhost:{secure.port}/", b"", allowed=["localhost"])


def test_no_proxy_of_the_environment_is_used(serve, monkeypatch):
    server, proxy = serve(), serve()
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
    outbound.post(f"http://127.0.0.1:{server.port}/", b"", allowed=["127.0.0.1"])
    assert (len(server.asked), len(proxy.asked)) == (1, 0)
