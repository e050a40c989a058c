"""A newcomer's first morning: sign in, read the boards, tick."""

import re
from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

RUN_MS = 120_000
DIRECT = "claimx/workers/download_worker"
MIGRATED = "claimx/enrichment_worker"
MIGRATION = {DIRECT: "Claims pipeline to Event Hubs", MIGRATED: "Transport layer"}

Visit = Callable[..., Page]

pytestmark = pytest.mark.usefixtures("nightly")  # whose clock's first minute passes meanwhile


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


def test_a_wrong_password_is_answered_plainly(visit: Visit):
    page = visit()
    page.goto("/")
    page.get_by_label("Name").fill("lead")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
