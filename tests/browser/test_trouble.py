"""What goes wrong between people and their pages is told, stays told, and loses nothing."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Tracker
from tests.browser.test_first_morning import DIRECT, open_worker

Visit = Callable[..., Page]


def press(page: Page, item: str, what: str) -> None:
    page.locator(item).get_by_role("button", name=re.compile(f"^{what}")).click()


def write(page: Page, item: str, note: str) -> None:
    page.locator(item).get_by_text("with a note").click()
    page.locator(item).get_by_role("textbox").fill(note)


def test_the_second_of_two_people_keeps_being_told_while_the_page_refreshes_itself(signed_in: Visit):
    item = "#item-awaited"
    first, second = signed_in(), signed_in()
    open_worker(first, DIRECT)
    open_worker(second, DIRECT)
    press(first, item, "Tick")
    expect(first.locator(item)).to_contain_text("Ticked by lead")
    write(second, item, "what I saw")
    with second.expect_response(re.compile(f"/w/{DIRECT}/$")) as refreshed:
        press(second, item, "Tick")
    refreshed.value.finished()
    second.evaluate("new Promise(requestAnimationFrame)")
    told = second.locator(item).get_by_role("alert")
    expect(told).to_contain_text("Not recorded: lead ticked it")
    expect(told).to_contain_text("what I saw")
    press(second, item, "Untick")
    expect(told).to_have_count(0)
    expect(second.locator(item)).not_to_contain_text("Ticked by")


def test_a_tick_after_the_session_ended_leads_back_to_the_page_and_says_that_it_was_lost(
    signed_in: Visit, tracker: Tracker
):
    for javascript in (True, False):
        page = signed_in(javascript=javascript)
        open_worker(page, DIRECT)
        before = page.url
        page.context.clear_cookies(name="sessionid")
        press(page, "#item-unused-config", "Tick")
        page.wait_for_url(re.compile("/sign-in/"))
        expect(page.locator("#messages")).to_contain_text("this was not recorded")
        tracker.sign_in(page)
        page.wait_for_url(before)
        expect(page.locator("#item-unused-config")).not_to_contain_text("Ticked by")
