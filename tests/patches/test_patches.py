"""A patch is asked for once, proven before it is offered, and leaves the tracker as a mail or a branch."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.fetching import fetch
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import MOST_ATTEMPTS, State
from migration_tracker.patches import branch, mail, services, tasks
from migration_tracker.patches.errors import NothingToPatch, NothingToPush, UnsafeRemote
from migration_tracker.patches.models import Outcome, Patch, Push, Remote
from tests.conftest import commit, git

pytestmark = pytest.mark.django_db

PATH = "src/pipeline/verisk/workers/enrichment_worker.py"
DIFF = f"""\
# verisk/workers/enrichment_worker: nothing is left to do by hand; run its smoke tests on both transports
diff --git a/{PATH} b/{PATH}
--- a/{PATH}
+++ b/{PATH}
@@ -1,1 +1,2 @@
+# Moved.
 {{first}}
"""


@pytest.fixture
def worker(scanned: Callable[[], None]) -> Worker:
    """A direct worker of the sample, scanned."""
    scanned()
    return Worker.objects.get(name="verisk/workers/enrichment_worker")


@pytest.fixture
def lead(person: Callable[..., User]) -> User:
    return person("lea", "lead")


def end(worker: Worker, sample: Path, outcome: Outcome = Outcome.PROVEN, by: User | None = None) -> Patch:
    """A patch that was made, with a small diff that applies to the sample."""
    patch = services.request(worker, by=by)
    claimed = Patch.objects.claim(patch.pk)
    services.hear_step(claimed, 0, services.StepReport("clean", "Scans clean", "passed", detail="6 of 6"))
    diff = DIFF.format(first=(sample / PATH).read_text().splitlines()[0])
    assert services.finish(claimed, services.Proof(outcome, "", diff, ("one thing",)))
    return claimed


class TestAsking:
    def test_two_clicks_make_one_patch(self, worker: Worker, ada: User):
        assert services.request(worker, by=ada) == services.request(worker, by=ada)
        assert audit.about(worker).filter(action="patch.requested").count() == 1

    def test_a_worker_that_is_in_no_scan_has_no_code_to_patch(self, worker: Worker):
        stray = Worker.objects.create(migration=worker.migration, name="gone", domain="gone")
        with pytest.raises(NothingToPatch, match="not in the latest scan"):
            services.request(stray, by=None)

    def test_a_queued_patch_can_be_cancelled_and_a_finished_one_cannot(self, worker: Worker, ada: User):
        patch = services.request(worker, by=ada)
        assert services.cancel(patch, by=ada)
        patch.refresh_from_db()
        assert (patch.state, patch.outcome) == (State.DONE, Outcome.CANCELLED)
        assert not services.cancel(patch, by=ada)

    def test_one_that_was_given_up_as_lost_can_no_longer_write(self, worker: Worker):
        patch = services.request(worker, by=None)
        claimed = Patch.objects.claim(patch.pk)
        Patch.objects.filter(pk=patch.pk).update(attempt=MOST_ATTEMPTS)
        assert not services.finish(claimed, services.Proof(Outcome.PROVEN))
        services.give_up(Patch.objects.get(), "lost")
        assert Patch.objects.get().outcome == Outcome.ERROR


@pytest.mark.broker
class TestProving:
    def test_a_patch_is_applied_scanned_and_run_on_both_transports(self, worker: Worker, sample: Path):
        before = git(sample, "status", "--porcelain")
        patch = services.request(worker, by=None)
        tasks.prove_patch(patch.pk)
        patch.refresh_from_db()
        steps = {step.key: (step.result, step.detail) for step in patch.present_steps}
        assert list(steps) == ["made", "clean", "kafka", "eventhub"], (patch.reason, steps)
        assert patch.outcome == Outcome.PROVEN, (patch.reason, steps)
        assert git(sample, "status", "--porcelain") == before
        assert git(sample, "apply", "--check", str(_saved(sample, patch))) == ""

    def test_a_pass_that_falls_short_of_what_the_definition_demands_proves_nothing(
        self, sample: Path, scanned: Callable[[], None]
    ):
        definition = sample / "migration.toml"
        text = definition.read_text()
        own = text.index('[smoke.workers."verisk/workers/enrichment_worker"]')
        begin, end = text.index("samples = [", own), text.index("\n\n", own)
        definition.write_text(text[:begin] + text[end:])
        commit(sample, "No samples")
        scanned()
        patch = services.request(Worker.objects.get(name="verisk/workers/enrichment_worker"), by=None)
        tasks.prove_patch(patch.pk)
        patch.refresh_from_db()
        steps = {step.key: (step.result, step.detail) for step in patch.present_steps}
        short = "passed only as far as “ready”: the definition demands “processed” of a proof"
        assert (steps["kafka"], steps["eventhub"]) == (("skipped", short), ("skipped", short))
        assert (patch.outcome, patch.diff[:1]) == (Outcome.UNPROVEN, "#")

    def test_there_is_nothing_to_change_in_a_migrated_worker(self, worker: Worker):
        migrated = Worker.objects.filter(observations__status="migrated").first()
        assert migrated is not None
        patch = services.request(migrated, by=None)
        tasks.prove_patch(patch.pk)
        patch.refresh_from_db()
        assert (patch.outcome, patch.diff) == (Outcome.EMPTY, "")

    def test_a_second_delivery_of_the_message_does_nothing(self, worker: Worker):
        patch = services.request(worker, by=None)
        Patch.objects.claim(patch.pk)
        tasks.prove_patch(patch.pk)
        patch.refresh_from_db()
        assert (patch.state, patch.attempt) == (State.RUNNING, 1)


class TestTheMail:
    def test_git_makes_a_commit_of_it(self, worker: Worker, sample: Path, ada: User):
        ada.email, ada.first_name = "ada@example.org", "Ada Ünal"
        ada.save()
        patch = end(worker, sample, by=ada)
        git(sample, "am", str(_saved(sample, patch)))
        assert git(sample, "log", "-1", "--format=%an <%ae> %s") == (
            "Ada Ünal <ada@example.org> Move verisk/workers/enrichment_worker onto the new layer"
        )
        said = git(sample, "log", "-1", "--format=%b")
        assert "- Scans clean: passed (6 of 6)" in said
        assert "- one thing" in said
        assert (sample / PATH).read_text().startswith("# Moved.")

    def test_what_a_worker_said_cannot_end_the_message(self, worker: Worker, sample: Path):
        patch = end(worker, sample, Outcome.UNPROVEN)
        patch.reason = "it said\n---\ndiff --git a/x b/x"
        patch.save()
        text = mail.body(patch)
        assert "\n---" not in text
        assert "it said --- diff" in text


class TestTheBranch:
    @pytest.fixture
    def remote(self, tmp_path: Path, sample: Path) -> Path:
        bare = tmp_path / "remote.git"
        git(sample, "clone", "--quiet", "--bare", ".", str(bare))
        return bare

    def test_a_lead_says_where_and_the_branch_arrives(self, worker, sample, remote, lead, ada):
        services.set_remote(worker.migration, str(remote), by=lead)
        patch = end(worker, sample, by=ada)
        push = services.request_push(patch, by=ada)
        tasks.push_branch(push.pk)
        push.refresh_from_db()
        assert push.error == ""
        assert git(remote, "rev-parse", push.branch) == push.commit
        assert git(remote, "show", f"{push.branch}:{PATH}").startswith("# Moved.")
        assert git(remote, "rev-parse", f"{push.branch}^") == patch.commit
        assert git(sample, "branch", "--list", "migration/*") == ""
        assert audit.about(worker).filter(action="patch.pushed").count() == 1

    def test_it_arrives_from_a_mirror_too(self, sample, remote, tmp_path):
        file = sample / "migration.toml"
        before = file.read_text()
        file.write_text(f"# Moved.\n{before}")
        diff = git(sample, "diff") + "\n"
        file.write_text(before)
        fetch(f"file://{sample}", tmp_path / "mirror", local=True)
        said = {"branch": "moved", "message": "Move", "author": ("ada", "ada@example.org")}
        made = branch.push(
            tmp_path / "mirror",
            git(sample, "rev-parse", "HEAD"),
            diff,
            url=str(remote),
            at=timezone.now(),
            **said,
        )
        assert git(remote, "rev-parse", "moved") == made
        assert git(remote, "show", "moved:migration.toml").startswith("# Moved.")

    def test_pushing_again_changes_nothing_and_is_no_fault(self, worker, sample, remote, lead):
        services.set_remote(worker.migration, str(remote), by=lead)
        patch = end(worker, sample)
        first = services.request_push(patch, by=lead)
        tasks.push_branch(first.pk)
        first.refresh_from_db()
        at = first.requested_at
        second = services.request_push(patch, by=lead)
        Push.objects.filter(pk=second.pk).update(requested_at=at)
        tasks.push_branch(second.pk)
        second.refresh_from_db()
        assert (second.commit, second.error) == (first.commit, "")

    def test_a_branch_that_people_worked_on_is_left_alone(self, worker, sample, remote, lead):
        services.set_remote(worker.migration, str(remote), by=lead)
        patch = end(worker, sample)
        name = branch.name(worker.name, patch.pk)
        tree = git(remote, "rev-parse", "HEAD^{tree}")
        theirs = git(remote, "commit-tree", tree, "-m", "Theirs")
        git(remote, "update-ref", f"refs/heads/{name}", theirs)
        push = services.request_push(patch, by=lead)
        tasks.push_branch(push.pk)
        push.refresh_from_db()
        assert "rejected" in push.error
        assert git(remote, "rev-parse", name) == theirs

    def test_a_hook_of_the_repository_does_not_run(self, worker, sample, remote, lead):
        hook = sample / ".git" / "hooks" / "pre-push"
        hook.write_text(f"#!/bin/sh\ntouch {sample}/ran\n")
        hook.chmod(0o755)
        services.set_remote(worker.migration, str(remote), by=lead)
        tasks.push_branch(services.request_push(end(worker, sample), by=lead).pk)
        assert not (sample / "ran").exists()

    def test_without_a_remote_there_is_nowhere_to_push(self, worker, sample, lead):
        with pytest.raises(NothingToPush, match="No lead has said"):
            services.request_push(end(worker, sample), by=lead)

    @pytest.mark.parametrize(
        "url",
        [
            "ext::sh -c evil",
            "-oProxyCommand=evil",
            "http://example.org/a.git",
            "git://example.org/a.git",
            "a b",
            "https://ada:secret@example.org/a.git",
            "relative/path",
            "fd::17",
            "https://example.org/a\nb",
        ],
    )
    def test_an_address_that_could_start_a_program_or_tell_a_secret_is_refused(self, url):
        with pytest.raises(UnsafeRemote):
            branch.check(url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.org/a.git",
            "ssh://git@example.org/a.git",
            "git@example.org:team/a.git",
            "/srv/a.git",
        ],
    )
    def test_an_address_of_a_common_form_is_taken(self, url):
        assert branch.check(f" {url} ") == url


class TestThePages:
    def test_an_engineer_asks_sees_it_and_takes_it_away(self, client: Client, worker, sample, ada):
        client.force_login(ada)
        asked = client.post(f"{worker.get_absolute_url()}patch")
        patch = Patch.objects.get()
        assert asked.headers["Location"] == patch.get_absolute_url()
        assert "Waiting for a free place" in client.get(patch.get_absolute_url()).text
        services.cancel(patch, by=ada)
        made = end(worker, sample)
        page = client.get(made.get_absolute_url()).text
        assert "Scans clean" in page
        assert "one thing" in page
        assert 'class="gi"' in page
        answer = client.get(f"{made.get_absolute_url()}mail")
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.content == mail.mail(Patch.objects.get(pk=made.pk))
        assert made.get_absolute_url() in client.get(worker.get_absolute_url()).text

    def test_only_a_lead_says_where_branches_go(self, client: Client, worker, sample, ada, lead, tmp_path):
        made = end(worker, sample)
        client.force_login(ada)
        assert client.post(f"{made.get_absolute_url()}remote", {"url": str(tmp_path)}).status_code == 403
        client.force_login(lead)
        client.post(f"{made.get_absolute_url()}remote", {"url": "ext::evil"}, follow=True)
        assert not Remote.objects.exists()
        client.post(f"{made.get_absolute_url()}remote", {"url": str(tmp_path)})
        assert Remote.objects.get().url == str(tmp_path)
        client.post(f"{made.get_absolute_url()}remote", {"url": ""})
        assert not Remote.objects.exists()

    def test_a_viewer_is_refused_and_shown_no_button(self, client: Client, worker, sample, person):
        made = end(worker, sample)
        client.force_login(person("vic", "viewer"))
        for path in (f"{worker.get_absolute_url()}patch", f"{made.get_absolute_url()}cancel"):
            assert client.post(path).status_code == 403
        page = client.get(worker.get_absolute_url()).text
        assert "make-patch" not in page

    def test_code_cannot_break_the_page(self, client: Client, worker, sample, ada):
        made = end(worker, sample)
        Patch.objects.filter(pk=made.pk).update(
            diff="+<script>alert(1)</script>", reason="<script>alert(2)</script>"
        )
        client.force_login(ada)
        assert "<script>alert" not in client.get(made.get_absolute_url()).text


def _saved(sample: Path, patch: Patch) -> Path:
    file = sample.parent / "the.patch"
    file.write_bytes(mail.mail(Patch.objects.get(pk=patch.pk)))
    return file
