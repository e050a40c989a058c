"""Takes pictures of a running tracker: `python docs/screenshots/take.py ADDRESS PASSWORD LINK`.

LINK is what `manage.py way_in lead` printed. It first does what a team would have done: ticks an item ahead
of the code, asks for a waiver and a patch, runs the matrix.
"""

import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).parent
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
MATRIX_MS = 900_000
BOARD = "/m/transport-layer/"
MIGRATED = f"{BOARD}w/claimx/download_worker/"
SLIPPED = "/m/claims-pipeline-to-event-hubs/"
DIRECT = f"{SLIPPED}w/claimx/workers/download_worker/"


def sign_in(page: Page, password: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Username").fill("lead")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def work(page: Page) -> dict[str, str]:
    """Make something to show; the addresses of the pages that came of it."""
    page.goto(DIRECT)
    tick = page.locator("#item-awaited").get_by_role("button", name=re.compile("^Tick"))
    if tick.count():
        page.locator("#item-awaited summary").click()
        page.get_by_label("Note on").locator("visible=true").fill(
            "The downloads are gathered in handle() now."
        )
        tick.click()
        expect(page.locator("#item-awaited")).to_contain_text("Ticked by")
    page.goto(f"{DIRECT}items/consume-loop/waiver")
    ask = page.get_by_role("button", name="Ask for it")
    if ask.count():
        page.get_by_label("Reason").fill("The worker is replaced as a whole next month.")
        page.get_by_label("Until").fill(f"{datetime.now(UTC).date() + timedelta(days=40)}")
        ask.click()
        expect(page.locator("#messages")).to_contain_text("Asked for.")
    page.goto(DIRECT)
    page.get_by_role("button", name="Run on both").click()
    make = page.get_by_role("button", name="Make a patch")
    if make.count():
        make.click()
    page.goto(BOARD)
    page.get_by_role("button", name="Run all smoke tests").click()
    expect(page.locator("table.matrix .mark-queued")).not_to_have_count(0)
    expect(page.locator("table.matrix").locator(".mark-queued, .mark-running")).to_have_count(
        0, timeout=MATRIX_MS
    )
    page.goto(DIRECT)
    expect(page.locator("#runs-eventhub .transport-head")).to_contain_text("failed", timeout=MATRIX_MS)
    expect(page.locator("#patch")).to_contain_text("Download for git am", timeout=MATRIX_MS)
    patch = page.locator("#patch").get_by_role("link", name=re.compile("^Patch")).get_attribute("href") or ""
    run = page.locator("#runs-eventhub ol.runs a").first.get_attribute("href") or ""
    page.goto(BOARD)
    past = page.locator("a[href*='?at=']").last.get_attribute("href") or ""
    return {
        "migrations": "/",
        "migration": BOARD,
        "migration-slipped": SLIPPED,
        "worker-direct": DIRECT,
        "worker-proven": MIGRATED,
        "run-failed": run,
        "migration-in-the-past": urljoin(BOARD, past),
        "patch": patch,
        "waivers": f"{SLIPPED}waivers",
        "ask-waiver-worker": f"{DIRECT}items/awaited/waiver",
        "ask-waiver-phase": f"{SLIPPED}phases/phase-3/items/guide/waiver",
        "scope": f"{BOARD}scope",
        "schedules": f"{BOARD}schedules",
        "notifications": f"{BOARD}notifications",
        "people": f"{BOARD}people",
        "closing": f"{BOARD}closing",
        "audit": "/audit/",
        "tokens": "/tokens/",
        "add": "/add/",
        "code": "/code/",
    }


def shoot(browser: Browser, address: str, name: str, path: str, state: dict[str, object] | None) -> None:
    for size, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            with browser.new_context(
                base_url=address,
                storage_state=state,  # type: ignore[arg-type]
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
                locale="en-GB",
            ) as context:
                page = context.new_page()
                page.goto(path, wait_until="networkidle")
                page.screenshot(path=HERE / f"{name}-{size}-{scheme}.png", full_page=True)


def main(address: str, password: str, link: str) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        shoot(browser, address, "sign-in", "/sign-in/", None)
        shoot(browser, address, "way-in", link, None)  # before a sign-in, which voids it
        with browser.new_context(base_url=address) as context:
            page = context.new_page()
            sign_in(page, password)
            pages, state = work(page), context.storage_state()
        for name, path in pages.items():
            shoot(browser, address, name, path, state)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
