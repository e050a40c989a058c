"""Every page, in a browser: accessible, steady, quiet, no wider than a phone, reached by Tab, fit for paper.

The list of pages is the table of addresses, so that a new page is swept or fails the test.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.accounts.test_permissions import TABLE
from tests.browser.conftest import NOTHING, PATIENCE_MS, ROOT, Nightly, Tracker
from tests.browser.test_first_morning import DIRECT

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
PAPER = {"width": 718, "height": 1047}  # A4 within margins of 1 cm, in CSS pixels
LARGEST_SHIFT = 0.02  # a fifth of what web.dev/cls calls good
SAMPLE = "/m/claims-pipeline-to-event-hubs/"
LONG_MS = 120_000

# What a browser shows of each address that answers to GET; None: nothing that could be swept.
PAGES: dict[str, str | None] = {
    "": "/",
    "sign-in/": "/sign-in/",
    "sign-in/link/<str:token>": "way in",
    "people/": "/people/",
    "code/": "/code/",
    "add/": "/add/",
    "tokens/": "/tokens/",
    "audit/": "/audit/",
    "m/<slug:key>/": SAMPLE,
    "m/<slug:key>/people": f"{SAMPLE}people",
    "m/<slug:key>/scope": f"{SAMPLE}scope",
    "m/<slug:key>/closing": f"{SAMPLE}closing",
    "m/<slug:key>/waivers": f"{SAMPLE}waivers",
    "m/<slug:key>/schedules": f"{SAMPLE}schedules",
    "m/<slug:key>/notifications": f"{SAMPLE}notifications",
    "m/<slug:key>/w/<path:name>/": "worker",
    "m/<slug:key>/w/<path:name>/items/<slug:item>/waiver": f"{SAMPLE}w/{DIRECT}/items/awaited/waiver",
    "m/<slug:key>/phases/<str:phase>/items/<slug:item>/waiver": f"{SAMPLE}phases/phase-3/items/guide/waiver",
    "smoke/<int:pk>/": "run",
    "patches/<int:pk>/": "patch",
    "sign-in/oidc/": None,  # leads to the provider, and the next two from it and to it
    "sign-in/oidc/back": None,
    "sign-out/oidc/": None,
    "patches/<int:pk>/mail": None,  # what is taken away
    "m/<slug:key>/evidence.zip": None,
    "m/<slug:key>/closing/<int:pk>.zip": None,
    "^audit/trail\\.(?P<form>csv|jsonl)$": None,
    "healthz": None,  # what machines ask
    "readyz": None,
    "metrics": None,
}
BESIDES = {
    "an address with nothing": NOTHING,
    "a board in the past": "past",
    "a verified trail": "verified",
}
SWEPT = [*(route for route, shown in PAGES.items() if shown), *BESIDES]

# Which of axe's rules may judge a page otherwise where only its colours are others.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
OBSERVE = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries())
    if (!one.hadRecentInput)
      window.shifts.push({
        value: one.value,
        what: one.sources.map((source) => source.node?.parentElement?.outerHTML?.slice(0, 120)),
      });
}).observe({type: "layout-shift", buffered: true});
"""
# Each page asks for itself every now and then; this is such a time.
REFRESH = """
async () => {
  const live = document.querySelector("#live[hx-get]");
  if (live) {
    const settled = new Promise((done) => document.addEventListener("htmx:afterSettle", done, {once: true}));
    const how = {source: live, target: live, select: "#live", swap: "morph"};
    htmx.ajax("GET", live.getAttribute("hx-get"), how);
    await settled;
  }
  await document.fonts.ready;
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
}
"""
REACHABLE = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.checkVisibility())
  .map((e, number) => { e.dataset.stop = number; return e.outerHTML.slice(0, 120); })
"""
FOCUSED = """
() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return {
    stop: e.dataset.stop === undefined ? e.outerHTML.slice(0, 120) : Number(e.dataset.stop),
    seen: (outlined || style.boxShadow !== "none") && box.width && box.bottom > 0 && box.top < innerHeight,
    what: e.outerHTML.slice(0, 120),
  };
}
"""
# What stands on paper though it is of use on a screen only.
ON_PAPER = """
() => [...document.querySelectorAll("nav, button, [role=button], input, select, textarea, .site, .skip")]
  .filter((e) => e.type !== "hidden" && e.checkVisibility() && e.getBoundingClientRect().height > 1)
  .map((e) => e.outerHTML.slice(0, 120))
"""


def test_each_page_of_the_table_is_swept_or_said_to_be_none():
    assert sorted(PAGES) == sorted(
        route for method, route in TABLE if method == "get" and not route.startswith("api/")
    )


@pytest.fixture(scope="module")
def addresses(tracker: Tracker, browser: Browser, session: StorageState, nightly: Nightly) -> dict[str, str]:
    """Where the pages are that take something to have happened, and something on those that list things."""
    said = subprocess.run(
        [sys.executable, "manage.py", "way_in", tracker.name],
        cwd=ROOT, env=tracker.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    with browser.new_context(base_url=tracker.address, storage_state=session) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto("/tokens/")
        page.get_by_label("What is it for?").fill("a token")
        page.get_by_label("read everything").check()
        page.get_by_role("button", name="Make a token").click()
        page.goto(f"{SAMPLE}w/{DIRECT}/items/consume-loop/waiver")
        page.locator("[name=reason]").fill("It is replaced as a whole next month.")
        page.locator("[name=until]").fill(f"{datetime.now(UTC).date() + timedelta(days=30)}")
        page.get_by_role("button", name="Ask for it").click()
        expect(page.locator("#messages")).to_contain_text("Asked for.")
        page.goto(f"{SAMPLE}notifications")
        page.locator("[name=kind]").select_option("leads")
        page.get_by_role("button", name="Add", exact=True).click()
        page.goto(nightly.worker)
        patch = page.locator("#patch").get_by_role("link", name=re.compile("^Patch"))
        if not patch.count():
            page.get_by_role("button", name="Make a patch").click()
        run = page.locator("#runs-eventhub ol.runs a").first
        if not run.count():
            page.get_by_role("button", name="Run on eventhub").click()
        expect(page.locator("#patch")).to_contain_text("Download for git am", timeout=LONG_MS)
        expect(page.locator("#runs-eventhub .transport-head")).to_contain_text(
            re.compile("passed|failed"), timeout=LONG_MS
        )
        found = {
            "way in": said.stdout.split()[0].removeprefix(tracker.address),
            "worker": nightly.worker,
            "patch": patch.get_attribute("href") or "",
            "run": run.get_attribute("href") or "",
            "verified": "/audit/",
        }
        page.goto(SAMPLE)
        past = page.locator("a[href*='?at=']").first.get_attribute("href")
        return found | {"past": f"{SAMPLE}{past}"}


@pytest.fixture
def opened(
    visit: Callable[..., Page], session: StorageState, addresses: dict[str, str]
) -> Callable[..., Page]:
    """Opens a page of `SWEPT`, under the policy that it is served with: `opened(name, viewport=…)`."""

    def open_page(name: str, **options: object) -> Page:
        stranger = name.startswith("sign-in/")
        if not stranger:
            options["storage_state"] = session
        # A colour that is on its way to another would be judged in between.
        page = visit(reduced_motion="reduce", **options)
        page.add_init_script(OBSERVE)
        shown = BESIDES.get(name) or PAGES[name] or ""
        page.goto(addresses.get(shown, shown))
        if shown == "verified":
            page.get_by_role("button", name=re.compile("Verify")).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    return open_page


@pytest.mark.parametrize("name", SWEPT)
def test_a_page_is_accessible_steady_quiet_and_fit_for_phone_and_paper(
    opened: Callable[..., Page], name: str
):
    wide = opened(name, viewport=WIDE)
    steady(wide)
    flawless(wide)
    reached_by_tab(wide)
    wide.emulate_media(color_scheme="dark")
    flawless(wide, OF_COLOURS)
    fit_for_paper(wide)
    phone = opened(name, viewport=PHONE)
    steady(phone)
    flawless(phone)
    no_wider_than(phone, PHONE)
    phone.emulate_media(color_scheme="dark")
    flawless(phone, OF_COLOURS)


def steady(page: Page) -> None:
    """Nothing moves after it was shown, neither by itself nor when the page refreshes itself."""
    page.evaluate(REFRESH)
    shifts = page.evaluate("window.shifts")
    assert sum(one["value"] for one in shifts) < LARGEST_SHIFT, shifts


def reached_by_tab(page: Page) -> None:
    """Everything that can be used is reached by Tab, in the order of the page, and seen when it is."""
    stops = page.evaluate(REACHABLE)
    assert len(stops) >= 3
    reached: list[int | str] = []
    for _ in range(5 * len(stops)):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None or at["stop"] in reached[-1:]:
            continue  # past the end of the page, or on to the month of a date
        if at["stop"] in reached:
            break
        assert at["seen"], f"its focus is not seen: {at['what']}"
        reached.append(at["stop"])
    missed = [stops[one] for one in range(len(stops)) if one not in reached]
    assert missed == []
    first = reached.index(0)  # a page may begin in its form
    assert reached[first:] + reached[:first] == list(range(len(stops))), "not in the order of the page"


def flawless(page: Page, rules: list[str] | None = None) -> None:
    page.evaluate(AXE)
    options = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    flaws = [
        f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]
    ]
    assert flaws == [], page.url


def no_wider_than(page: Page, size: dict[str, int]) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"], f"{page.url} is {width} wide"


def fit_for_paper(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size(PAPER)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate(ON_PAPER) == []
    no_wider_than(page, PAPER)
