"""A newcomer's first morning: sign in, read the board, work a checklist, start a smoke run, see it end."""

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RUN_MS = 120_000
DIRECT = "claimx/workers/download_worker"
MIGRATED = "claimx/enrichment_worker"
MIGRATION = {DIRECT: "Claims pipeline to Event Hubs", MIGRATED: "Transport layer"}
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}

Visit = Callable[..., Page]


def open_migration(page: Page, worker: str) -> None:
    """The board that `worker` is on."""
    title = MIGRATION[worker]
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    deadline = monotonic() + RUN_MS / 1000
    while not row(page, worker).is_visible() and monotonic() < deadline:
        page.reload()  # where there is no script, nothing arrives by itself
    expect(row(page, worker)).to_be_visible()


def open_worker(page: Page, name: str) -> None:
    open_migration(page, name)
    row(page, name).get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name.rpartition("/")[2])


def row(page: Page, name: str):
    return page.locator("table.matrix tbody tr").filter(has=page.locator(f'a[href$="/w/{name}/"]'))


def test_the_boards_tell_the_true_statuses_of_both_migrations(signed_in: Visit):
    page = signed_in()
    open_migration(page, MIGRATED)
    expect(row(page, MIGRATED)).to_contain_text("migrated")
    open_migration(page, DIRECT)
    expect(row(page, DIRECT)).to_contain_text("direct")
    expect(row(page, "verisk/workers/enrichment_worker")).to_contain_text("direct")
    expect(row(page, "claimx/workers/event_ingester")).to_contain_text("migrated")


def test_ticking_shows_at_once_and_in_the_trail(signed_in: Visit):
    page = signed_in()
    open_worker(page, DIRECT)
    item = page.locator("#item-consume-loop")
    expect(item).to_contain_text("unmet")
    item.get_by_role("button", name=re.compile("^Tick")).click()
    expect(item).to_contain_text("Ticked by lead")
    expect(item).to_contain_text("the code says otherwise")
    expect(page.locator("#trail")).to_contain_text("ticked")
    item.get_by_role("button", name=re.compile("^Untick")).click()
    expect(item).not_to_contain_text("Ticked by")
    expect(page.locator("#trail")).to_contain_text("unticked")


def test_ticking_works_without_javascript(signed_in: Visit):
    page = signed_in(javascript=False)
    open_worker(page, DIRECT)
    page.locator("#item-one-message").get_by_role("button", name=re.compile("^Tick")).click()
    expect(page.locator("#item-one-message")).to_contain_text("Ticked by lead")
    page.locator("#item-one-message").get_by_role("button", name=re.compile("^Untick")).click()
    expect(page.locator("#item-one-message")).not_to_contain_text("Ticked by")


@pytest.mark.broker
def test_a_direct_worker_passes_on_kafka_and_fails_on_event_hubs_and_the_page_says_why(signed_in: Visit):
    page = signed_in()
    open_worker(page, DIRECT)
    page.get_by_role("button", name="Run on both").click()
    kafka, eventhub = page.locator("#runs-kafka"), page.locator("#runs-eventhub")
    expect(kafka.locator(".transport-head")).to_contain_text(re.compile("queued|running|passed"))
    expect(kafka.locator(".transport-head")).to_contain_text("passed", timeout=RUN_MS)
    expect(eventhub.locator(".transport-head")).to_contain_text("failed", timeout=RUN_MS)
    expect(eventhub).to_contain_text("localhost:9092")
    eventhub.locator("ol.runs a").first.click()
    expect(page.get_by_role("main")).to_contain_text("KafkaConnectionError")
    expect(page.get_by_role("main")).to_contain_text("stand-in")


@pytest.mark.broker
def test_a_migrated_worker_is_proven_by_passing_on_both(signed_in: Visit):
    page = signed_in()
    open_worker(page, MIGRATED)
    expect(page.get_by_role("heading", name="Not proven yet")).to_be_visible()
    page.get_by_role("button", name="Run on both").click()
    expect(page.get_by_role("heading", name="Proven", exact=True)).to_be_visible(timeout=RUN_MS)


def test_a_wrong_password_is_answered_plainly(visit: Visit):
    page = visit()
    page.goto("/")
    page.get_by_label("Name").fill("lead")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visit: Visit, signed_in: Visit, scheme: str, size: dict[str, int]
):
    # axe measures by setting styles, which the page's policy would forbid it too
    look = {"color_scheme": scheme, "viewport": size, "bypass_csp": True}
    stranger = visit(**look)
    stranger.goto("/sign-in/")
    flawless(stranger)
    page = signed_in(**look)
    flawless(page)
    open_migration(page, MIGRATED)
    flawless(page)
    open_migration(page, DIRECT)
    flawless(page)
    open_worker(page, DIRECT)
    flawless(page)
    if page.locator("ol.runs a").count():
        page.locator("ol.runs a").first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        flawless(page)


def flawless(page: Page) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    flaws = [
        f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]
    ]
    assert flaws == [], page.url
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], f"{page.url} is wider than the screen: {width}"
