"""The whole tracker, as `make run` starts it, and a real Chromium to use it with."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, expect, sync_playwright

from tests.accounts.provider import Provider, provider
from tests.conftest import commit, small_sample
from tests.npm import NotInstalled
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    filter(None, (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 150
PATIENCE_MS = 20_000  # a busy machine paints late
expect.set_options(timeout=PATIENCE_MS)
OIDC = {"OIDC_NAME": "Acme", "OIDC_GROUPS": "engineers=engineer"}
NOTHING = "/no-such-page"


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist writes groups into ids
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.early)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.timeout(400))  # the first of them starts the tracker
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on the PATH"))


@dataclass(frozen=True)
class Tracker:
    """A running tracker: its address, its first sign-in, and what it said when it started."""

    address: str
    name: str
    password: str
    said: tuple[str, ...]
    environment: dict[str, str]
    identities: Provider | None  # none where Node is missing

    def sign_in(self, page: Page) -> None:
        """Fill in the form that `page` shows, and send it."""
        page.get_by_label("Name").fill(self.name)
        page.get_by_label("Password").fill(self.password)
        page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.fixture(scope="package")
def tracker(
    tmp_path_factory: pytest.TempPathFactory, installation: Callable[[Path], dict[str, str]]
) -> Iterator[Tracker]:
    with ExitStack() as stack:
        address = f"http://127.0.0.1:{free_port()}"
        identities = None
        with suppress(NotInstalled):
            identities = stack.enter_context(provider(tmp_path_factory.mktemp("provider"), address))
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "PYTEST_", "TRACKER_"))},
            **installation(tmp_path_factory.mktemp("tracker")),
            **(identities.environment() | OIDC if identities else {}),
            "PORT": address.rpartition(":")[2],
            "PUBLIC_URL": address,
        }
        yield from _running(address, environment, identities)


def _running(address: str, environment: dict[str, str], identities: Provider | None) -> Iterator[Tracker]:
    process = subprocess.Popen(
        [sys.executable, "-m", "migration_tracker.supervisor"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: Queue[str] = Queue()
    pump = Thread(target=_pump, args=(process, lines))
    pump.start()
    said: list[str] = []
    try:
        whole = _wait(lines, said, lambda text: address in text and "password" in text)
        sign_in = re.search(r"Sign in as (\S+) with the password (\S+)", whole)
        assert sign_in, whole
        yield Tracker(address, sign_in[1], sign_in[2], tuple(said), environment, identities)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        pump.join()


def _pump(process: "subprocess.Popen[str]", lines: "Queue[str]") -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)


def _wait(lines: "Queue[str]", said: list[str], enough: Callable[[str], bool]) -> str:
    deadline = monotonic() + START_SECONDS
    while not enough("".join(said)):
        try:
            said.append(lines.get(timeout=max(0.0, deadline - monotonic())))
        except Empty:
            pytest.fail(f"the tracker did not start within {START_SECONDS} s; it said:\n{''.join(said)}")
    return "".join(said)


@pytest.fixture(scope="package")  # its loop would stand in the way of asynchronous tests after these
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Complaints:
    """What the browser's console and network complained about."""

    of: str
    heard: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        elsewhere = message.location["url"] and not message.location["url"].startswith(self.of)
        # Plain answers, which every browser writes down.
        conflict = "status of 409" in message.text or message.location["url"].endswith(NOTHING)
        if message.type in ("error", "warning") and not conflict and not elsewhere:
            self.heard.append(f"{message.type}: {message.text} ({message.location['url']})")


@pytest.fixture
def visit(tracker: Tracker, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages: `visit(javascript=False)`; at the end no console may have complained."""
    complaints = Complaints(tracker.address)
    contexts = []

    def open_page(**options: object) -> Page:
        javascript = options.pop("javascript", True)
        context = browser.new_context(
            base_url=tracker.address, java_script_enabled=bool(javascript), **options
        )  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", complaints.console)
        page.on("pageerror", lambda error: complaints.heard.append(f"exception: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints.heard == []


@pytest.fixture(scope="package")
def session(tracker: Tracker, browser: Browser) -> StorageState:
    """The cookies of the lead, who has filled in the form once for all tests."""
    with browser.new_context(base_url=tracker.address) as context:
        page = context.new_page()
        page.goto("/")
        tracker.sign_in(page)
        page.wait_for_url(f"{tracker.address}/")
        return context.storage_state()


@pytest.fixture
def signed_in(visit: Callable[..., Page], session: StorageState) -> Callable[..., Page]:
    """The same, signed in as the lead."""

    def open_page(**options: object) -> Page:
        page = visit(storage_state=session, **options)
        page.goto("/")
        return page

    return open_page


@dataclass(frozen=True)
class Nightly:
    """A small migration in a repository that tests may commit to: two workers, of which one is direct."""

    folder: Path
    direct: str = "verisk/workers/enrichment_worker"
    name: str = "Nightly claims"
    board: str = "/m/nightly-claims/"

    @property
    def worker(self) -> str:
        """Where the direct worker's page is."""
        return f"{self.board}w/{self.direct}/"


@pytest.fixture(scope="package")
def nightly(
    tracker: Tracker, browser: Browser, session: StorageState, tmp_path_factory: pytest.TempPathFactory
) -> Nightly:
    """The lead adds it, allows its code to run, and has the direct worker run by the clock each minute."""
    made = Nightly(small_sample(tmp_path_factory.mktemp("nightly") / "repository"))
    file = made.folder / "migration.toml"
    file.write_text(re.sub(r'^name = ".+"', f'name = "{made.name}"', file.read_text(), flags=re.MULTILINE))
    commit(made.folder, "Give it a name")
    with browser.new_context(base_url=tracker.address, storage_state=session) as context:
        page = context.new_page()
        page.goto("/add/")
        page.locator("[name=place]").fill(str(made.folder))
        page.get_by_role("button", name="Look at it").click()
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(made.name)
        page.goto("/code/")
        allow = page.get_by_role("button", name=f"Allow the code of {made.name}")
        if allow.is_visible():
            allow.click()
        expect(page.get_by_role("button", name=f"Forbid the code of {made.name}")).to_be_visible()
        page.goto(made.board)
        expect(page.locator("table.matrix")).to_be_visible(timeout=60_000)  # the first scan
        page.goto(f"{made.board}schedules")
        page.get_by_label("What").select_option(f"worker:{made.direct}")
        page.locator("form.card [name=cron]").fill("* * * * *")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("main")).to_contain_text("Every minute")
    return made
