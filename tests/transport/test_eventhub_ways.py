"""Other ways to Event Hubs than a key and a straight line: through a proxy, and signed in without a key."""

import asyncio
import base64
import contextlib
import logging
import time

import pytest
from aiohttp import web

import transport.local
from transport import (
    EVENTHUB,
    AccessDeniedError,
    BrokerUnavailableError,
    TransportConfig,
    create_consumer,
    create_producer,
    lag,
)

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("all_closed")]

PASSWORD = "p@ss:word"
TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3b3JrZXIifQ.of-microsoft-entra"  # a header, claims, a signature


class Proxy:
    """An HTTP proxy that knows CONNECT, and lets Ada in."""

    def __init__(self):
        self.targets = []

    async def serve(self, reader, writer):
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(writer.close)
            request, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = request.split()
            expected = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
            if f"Proxy-Authorization: Basic {expected}" not in headers:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            assert method == "CONNECT"
            self.targets.append(target)
            host, _, port = target.partition(":")
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
            stack.callback(far_writer.close)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.wait(
                [
                    asyncio.create_task(copy(reader, far_writer)),
                    asyncio.create_task(copy(far_reader, writer)),
                ]
            )


async def copy(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


@pytest.fixture
async def proxy():
    """A proxy, and its address without a user."""
    running = Proxy()
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield running
    server.close()
    await server.wait_closed()


@pytest.fixture
async def identity(monkeypatch):
    """What a managed identity asks for tokens: an endpoint on the machine. Tells whom it gave one for."""
    asked = []

    async def token(request):
        if request.headers.get("X-IDENTITY-HEADER") != "secret of the machine":
            return web.json_response({"error": "unauthorized"}, status=401)
        asked.append(request.query["resource"])
        return web.json_response(
            {
                "access_token": identity_token["is"],
                "expires_on": str(int(time.time()) + 3600),
                "resource": request.query["resource"],
                "token_type": "Bearer",
            }
        )

    identity_token = {"is": TOKEN}
    app = web.Application()
    app.router.add_get("/token", token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://{host}:{port}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret of the machine")
    yield asked, identity_token
    await runner.cleanup()


@pytest.fixture(scope="module")
def signed_in():
    """The environment of a client that signs in to a namespace which takes one bearer token."""
    if reason := transport.local.missing(EVENTHUB):
        pytest.skip(reason)
    with transport.local.eventhub(bearer=TOKEN) as broker:
        environment = dict(broker.environment)
        del environment["EVENTHUB_NAMESPACE_CONNECTION_STRING"]
        yield {**environment, "EVENTHUB_NAMESPACE": "ns.servicebus.windows.net"}


async def there_and_back(environment, until, topic):
    """Send a message, consume it, ask for the lag."""
    config, values = TransportConfig.from_env(environment), []

    async def handle(message):
        values.append(message.value)

    producer = create_producer(config=config, domain="tests", worker_name="p")
    consumer = await create_consumer(
        config=config, domain="tests", worker_name="w", topics=[topic], message_handler=handle
    )
    try:
        await producer.start()
        await producer.send(topic, b"0", key=b"k")
        await consumer.start()
        await until(lambda: values == [b"0"])
    finally:
        await consumer.stop()
        await producer.stop()
    behind = await lag(config=config, topic=topic, group="$Default")
    assert sum(one.committed or 0 for one in behind) == 1
    return f"{config!r} {consumer!r} {producer!r}"


async def refusal(environment):
    config = TransportConfig.from_env(environment)
    producer = create_producer(config=config, domain="tests", worker_name="p")
    await producer.start()
    try:
        await producer.send("t", b"0")
    except Exception as error:
        return error
    finally:
        await producer.stop()


async def test_everything_goes_through_the_proxy(eventhub_environment, proxy, memory_bench, caplog):
    """41"""
    caplog.set_level(logging.DEBUG)
    address = f"http://ada:p%40ss%3Aword@{proxy.address}"
    environment = {**eventhub_environment, "EVENTHUB_PROXY": address}
    told = await there_and_back(environment, memory_bench.until, "through-a-proxy")
    assert set(proxy.targets) == {eventhub_environment["EVENTHUB_CUSTOM_ENDPOINT"].removeprefix("sb://")}
    for secret in (PASSWORD, "p%40ss"):
        assert secret not in told + caplog.text


async def test_with_no_store_on_purpose_every_start_is_the_first(eventhub_environment, memory_bench):
    config, seen = TransportConfig.from_env({**eventhub_environment, "EVENTHUB_CHECKPOINT_STORE": "none"}), []

    async def handle(message):
        seen.append(message.value)

    producer = create_producer(config=config, domain="tests", worker_name="p")
    await producer.start()
    await producer.send("nowhere", b"0", key=b"k")
    await producer.stop()
    for times in (1, 2):
        consumer = await create_consumer(
            config=config, domain="tests", worker_name="w", topics=["nowhere"], message_handler=handle
        )
        try:
            await consumer.start()
            await memory_bench.until(lambda times=times: seen == [b"0"] * times)
        finally:
            await consumer.stop()


@pytest.mark.parametrize("user", ["", "ada:wrong@"])
async def test_a_proxy_that_lets_nobody_in_is_told_apart(eventhub_environment, proxy, user):
    environment = {**eventhub_environment, "EVENTHUB_PROXY": f"http://{user}{proxy.address}"}
    error = await refusal(environment)
    assert isinstance(error, AccessDeniedError)
    assert f"the proxy {proxy.address} (EVENTHUB_PROXY) lets us not through: 407" in str(error)
    assert "wrong" not in str(error)


async def test_a_proxy_that_is_not_there_is_named(eventhub_environment):
    error = await refusal({**eventhub_environment, "EVENTHUB_PROXY": "http://127.0.0.1:1"})
    assert isinstance(error, BrokerUnavailableError)
    assert "127.0.0.1:1" in str(error)


async def test_a_worker_signs_in_as_its_machines_identity(signed_in, identity, memory_bench, caplog):
    caplog.set_level(logging.DEBUG)
    asked, _ = identity
    told = await there_and_back(signed_in, memory_bench.until, "signed-in")
    assert set(asked) == {"https://eventhubs.azure.net/"}
    assert TOKEN not in told + caplog.text


async def test_a_token_that_is_refused_is_an_access_error(signed_in, identity):
    identity[1]["is"] = TOKEN[:-1]
    error = await refusal(signed_in)
    assert isinstance(error, AccessDeniedError)
    assert "ns.servicebus.windows.net" in str(error) or "EVENTHUB_CUSTOM_ENDPOINT" in str(error)


async def test_a_machine_without_an_identity_is_told_so(signed_in, identity, monkeypatch):
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    error = await refusal(signed_in)
    assert isinstance(error, AccessDeniedError)
    assert "azure-identity found no way to sign in" in str(error)
