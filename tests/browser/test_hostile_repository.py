"""A repository whose names, history and code try to break the pages: no script of it runs in a real browser.

It is scanned as any other; the pages are Django's own, handed to Chromium without a server in between.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from migration_tracker.accounts.models import User
from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.inventory.tasks import read_history, run_scan
from migration_tracker.jobs import State
from migration_tracker.smoke.models import SmokeRun, Stage
from tests.conftest import commit, git

pytestmark = pytest.mark.django_db

EVIL = "<script>window.owned=1</script>"
IMAGE = "<img src=x onerror=window.owned=1>"
CODE = f'''
"""</code></pre></script>{EVIL}{IMAGE}

Transport layer contract: {EVIL}
"""
from aiokafka import AIOKafkaConsumer

GROUP = "'\\"><svg onload=window.owned=1>{{{{ 7 * 7 }}}}{{% debug %}}"


class Worker:
    """{IMAGE}"""

    def _create_consumer(self):
        return AIOKafkaConsumer("</textarea>{EVIL}", group_id=GROUP)  # {EVIL}
'''


@pytest.fixture(scope="module", autouse=True)
def _the_browsers_loop_runs_in_this_thread():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def hostile(sample: Path, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch) -> Migration:
    monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 3600)
    folder = sample / "src" / "pipeline" / "verisk" / "workers"
    (folder / f"{IMAGE}_worker.py").write_text(CODE)
    (folder / "'\"><b onmouseover=alert(1)>_worker.py").write_text(CODE)
    (sample / "CODEOWNERS").write_text('* @"><script>window.owned=1</script>\n')
    file = sample / "migration.toml"
    toml = file.read_text().replace('name = "Claims', f'name = "{EVIL}Claims', 1)
    file.write_text(toml.replace('title = "Core workers"', f'title = "{IMAGE}"', 1))
    git(sample, "checkout", "--quiet", "-b", "<script>window.owned=1<'\"&script>")
    git(sample, "add", "--all")
    who = {"GIT_AUTHOR_NAME": EVIL, "GIT_AUTHOR_EMAIL": "a@b\"'<i>", "GIT_COMMITTER_NAME": IMAGE}
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", f"{EVIL}\n\n{IMAGE}"],
        cwd=sample, env={**os.environ, **who}, check=True,
    )  # fmt: skip
    (folder / f"{IMAGE}_worker.py").write_text(CODE + "\n# changed\n")
    commit(sample, IMAGE)
    migration = inventory.register(sample, by=None)
    run_scan(inventory.request_scan(migration, by=None).pk)
    read_history(migration.history_readings.get().pk)
    for worker in Worker.objects.all():
        run = SmokeRun.objects.create(
            worker=worker, transport="kafka", state=State.DONE, result="failed", commit="a" * 40,
            fingerprint="f", reason=f"{EVIL}{IMAGE}", log=f"\x1b[31m{EVIL}\x1b[0m\x07\n{IMAGE}",
            cause={"name": EVIL, "exception": IMAGE, "host": EVIL, "port": 1, "text": EVIL},
        )  # fmt: skip
        Stage.objects.create(
            run=run, attempt=0, key="boots", title=EVIL, position=0, result="failed",
            detail=IMAGE, evidence={EVIL: [IMAGE, {IMAGE: EVIL}]},
        )  # fmt: skip
    return migration


def test_no_script_of_it_runs_on_any_page_and_the_console_is_silent(
    hostile: Migration, client: Client, person: Callable[..., User], browser: Browser
):
    scan = hostile.scans.latest("pk")
    assert scan.error == ""
    names = [worker.name for worker in Worker.objects.all()]
    assert any("onerror" in name for name in names), names
    client.force_login(person("eve", "administrator"))

    fetched = client.get("/", follow=True)

    def answer(route: Route) -> None:
        """Only what was fetched before: here the browser's loop runs, and has no part in the transaction."""
        path = route.request.url.removeprefix("http://localhost")
        if path.startswith("/static/"):
            route.fulfill(path=str(finders.find(path.removeprefix("/static/").partition("?")[0])))
        elif route.request.is_navigation_request():
            headers = {name: text for name, text in fetched.headers.items() if name != "Content-Length"}
            route.fulfill(status=fetched.status_code, headers=headers, body=fetched.getvalue())
        else:
            route.fulfill(status=204)

    pages = [
        "/",
        hostile.get_absolute_url(),
        f"{hostile.get_absolute_url()}?q={IMAGE}&sort={EVIL}&owner={EVIL}",
        f"/m/{hostile.key}/waivers",
        f"/m/{hostile.key}/scope",
        "/audit/",
        "/code/",
        *(worker.get_absolute_url() for worker in Worker.objects.all()),
        *(run.get_absolute_url() for run in SmokeRun.objects.all()),
    ]
    page: Page = browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.route("**/*", answer)
    shown = ""
    for where in pages:
        fetched = client.get(where, follow=True)
        page.goto(f"http://localhost{where}", wait_until="load")
        assert page.get_by_role("heading", level=1).count() == 1, where
        page.mouse.move(200, 300)
        assert page.evaluate("window.owned") is None, where
        assert page.locator("b[onmouseover], img[onerror], svg[onload], [onfocus]").count() == 0, where
        shown += page.locator("main").inner_text()
    page.close()
    assert heard == []
    assert EVIL in shown  # it is there, as text
    assert IMAGE in shown
