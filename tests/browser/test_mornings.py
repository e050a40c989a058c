"""Mornings of a team: what the lead and the engineer do on one migration, from a failed night to a proof.

The tests go in this order; the clock runs the direct worker meanwhile.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Nightly, Tracker
from tests.conftest import git, lacking

Visit = Callable[..., Page]
NIGHT_MS = 150_000
RUN_MS = 120_000

pytestmark = pytest.mark.broker


def test_the_lead_finds_where_the_witnesses_disagree_and_assigns_the_worker(
    signed_in: Visit, nightly: Nightly
):
    page = signed_in()
    page.goto(nightly.worker)
    item = page.locator("#item-consume-loop")
    item.get_by_text("with a note").click()
    item.get_by_role("textbox").fill("I took it out yesterday.")
    item.get_by_role("button", name=re.compile("^Tick")).click()
    expect(item).to_contain_text("the code says otherwise")
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=nightly.name, exact=True).click()
    found = page.locator("#disagreements")
    expect(found).to_contain_text("1")
    found.get_by_role("link", name=nightly.direct).click()
    page.locator("#assign summary").click()
    page.locator("#assign").get_by_label("Owner").fill("emma")
    page.locator("#assign").get_by_role("button", name="Save").click()
    expect(page.locator("#assignment")).to_contain_text("emma by hand")
    expect(page.locator("#trail")).to_contain_text("emma")
    page.goto(nightly.board)
    expect(found).to_contain_text("Owner: emma")


def test_a_scheduled_run_fails_at_night_and_the_lead_sees_why(signed_in: Visit, nightly: Nightly):
    page = signed_in()
    page.goto(nightly.board)
    row = page.locator("table.matrix tbody tr").filter(has_text="enrichment_worker")
    kafka, event_hubs = row.locator("td.result").first, row.locator("td.result").last
    expect(event_hubs).to_contain_text("localhost:9092", timeout=NIGHT_MS)  # the page refreshes itself
    event_hubs.get_by_role("link").get_by_text("failed").click()
    told = page.get_by_role("main")
    expect(told).to_contain_text("asked for by the schedule")
    expect(told).to_contain_text("KafkaConnectionError")
    expect(told).to_contain_text("stand-in")
    page.goto(f"{nightly.board}schedules")
    by_the_minute = page.locator("li.card").filter(has_text="Every minute")
    expect(by_the_minute).to_contain_text(re.compile(r"asked for [12] runs?"))  # none while those go on
    by_the_minute.get_by_text("Change", exact=True).click()
    by_the_minute.get_by_role("button", name="Remove this schedule").click()
    expect(told.locator("li.card")).to_have_count(1)  # the one that a migration begins with
    page.goto(nightly.board)
    expect(kafka).to_contain_text("passed", timeout=RUN_MS)


def test_the_engineer_comes_by_the_provider_and_works_the_checklist_to_proven(
    visit: Visit, signed_in: Visit, tracker: Tracker, nightly: Nightly, tmp_path: Path
):
    if tracker.identities is None:
        lacking("the identity provider for tests needs Node and npm")
    tracker.identities.knows(emma={"preferred_username": "emma", "groups": ["engineers"]})
    emma, lead = visit(), signed_in()
    emma.goto(nightly.worker)
    emma.get_by_role("button", name="Sign in with Acme").click()
    emma.locator("[name=login]").fill("emma")
    emma.locator("[name=password]").fill("any")
    emma.get_by_role("button", name="Sign-in").click()
    emma.wait_for_url(f"{tracker.address}{nightly.worker}")  # where she wanted to
    unmet = emma.locator("#checklist .item.is-unmet")
    expect(unmet).not_to_have_count(0)
    expect(emma.locator("#run-both")).to_have_count(0)  # her role runs nothing

    emma.get_by_role("button", name="Make a patch").click()
    download = emma.get_by_role("link", name="Download for git am")
    expect(download).to_be_visible(timeout=RUN_MS)
    with emma.expect_download() as taken:
        download.click()
    taken.value.save_as(tmp_path / "the.patch")
    git(nightly.folder, "am", str(tmp_path / "the.patch"))
    commit = git(nightly.folder, "rev-parse", "--short=10", "HEAD")
    emma.goto(nightly.board)
    with emma.expect_response(re.compile("/scan$")):
        emma.get_by_role("button", name="Scan now").click()
    emma.goto(nightly.worker)
    expect(emma.locator(".facts").first).to_contain_text("migrated", timeout=60_000)
    expect(unmet).to_have_count(0)

    lead.goto(nightly.worker)
    lead.get_by_role("button", name="Run on both").click()
    for page in (lead, emma):  # hers too, by itself
        expect(page.get_by_role("heading", name="Proven", exact=True)).to_be_visible(timeout=RUN_MS)
    for transport in ("kafka", "eventhub"):
        expect(emma.locator(f"#runs-{transport} ol.runs")).to_contain_text(commit)
    emma.goto(nightly.board)
    expect(emma.locator("#disagreements")).to_contain_text("None.")

    emma.get_by_role("navigation", name="Site").get_by_text("emma", exact=True).click()
    emma.get_by_role("button", name="Sign out").click()
    emma.get_by_role("link", name="Sign out there too").click()
    emma.get_by_role("button", name="Yes, sign me out").click()
    emma.wait_for_url(f"{tracker.address}/sign-in/**")
    emma.get_by_role("button", name="Sign in with Acme").click()
    expect(emma.locator("[name=login]")).to_be_visible()  # the provider does not know her any more
