"""Who is told what, once for a cause, over real HTTP and SMTP, and what becomes of a message nobody takes."""

import hmac
from collections.abc import Callable
from datetime import timedelta
from email.message import Message
from hashlib import sha256
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.checklists import waiving
from migration_tracker.checklists.models import Waiver, today
from migration_tracker.inventory import assigning
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from migration_tracker.notifications import digest, outbox, tasks
from migration_tracker.notifications.models import Channel, Delivery, Notice
from migration_tracker.smoke.models import Occasion, SmokeRun
from tests.conftest import commit
from tests.notifications.conftest import Hook, deliver
from tests.smoke.test_runs import end

pytestmark = pytest.mark.django_db

Add = Callable[..., Channel]


def test_a_webhook_is_signed_over_its_time_and_its_very_bytes(worker: Worker, channel: Add, hook: Hook):
    told = channel("webhook", hook.url)
    end(worker, "kafka", "failed", "it died")
    [delivery] = deliver()
    [(headers, body)] = hook.received
    at, said = (part.partition("=")[2] for part in headers["X-Tracker-Signature"].split(","))
    assert said == hmac.new(told.secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    assert abs(int(at) - timezone.now().timestamp()) < 60
    [event] = hook.bodies[0]["events"]
    assert (event["event"], event["worker"]) == ("run-failed", worker.name)
    assert event["url"].startswith("http://127.0.0.1:8000/smoke/")
    assert (delivery.outcome, delivery.answer) == ("delivered", "HTTP 200")


def test_a_slack_webhook_gets_its_form_with_markup_escaped(worker: Worker, channel: Add, hook: Hook):
    channel("slack", hook.url)
    end(worker, "kafka", "failed", "<!channel> & more")
    deliver()
    [body] = hook.bodies
    assert set(body) == {"text"}
    assert "&lt;!channel&gt; &amp; more" in body["text"]


def test_one_cause_is_one_message_to_the_owner_by_mail(
    worker: Worker, channel: Add, post: list[Message], ada: User
):
    ada.email = "ada@example.org"
    ada.save()
    channel("owner")
    for transport in ("kafka", "eventhub"):
        end(worker, transport, "failed", "it died")
    deliver()
    [mail] = post
    assert mail["To"] == "ada@example.org"
    assert "2 times" in mail["Subject"]
    assert mail.get_payload(decode=True).decode().count("it died") == 2


def test_a_message_waits_while_the_schedule_still_runs(worker: Worker, channel: Add, hook: Hook):
    channel("webhook", hook.url)
    end(worker, "kafka", "failed", "it died")
    last = end(worker, "eventhub", "error")
    SmokeRun.objects.filter(pk=last.pk).update(state="running", occasion=Occasion.SCHEDULE)
    assert [one.state for one in deliver()] == ["queued"]
    Delivery.objects.update(requested_at=timezone.now() - timedelta(hours=1))
    assert [one.outcome for one in deliver()] == ["delivered"], "but not for ever"


def test_a_failure_is_told_at_the_threshold_once_and_so_is_recovery(worker: Worker, channel: Add, hook: Hook):
    channel("webhook", hook.url, threshold=2)
    told = []
    for result in ("failed", "passed", "failed", "error", "failed", "failed", "passed", "passed"):
        end(worker, "kafka", result, "it died" if result == "failed" else "")
        deliver()
        told.append([event["event"] for body in hook.bodies for event in body["events"]])
    assert told == [[], [], [], [], *[["run-failed"]] * 2, *[["run-failed", "recovered"]] * 2]


def test_a_lost_proof_is_news_and_a_renewed_one_is_not(
    worker: Worker, channel: Add, hook: Hook, sample: Path, scanned: Callable[[], None]
):
    channel("webhook", hook.url)
    for transport in ("kafka", "eventhub"):
        end(worker, transport, "passed")
    observation = inventory.current(worker)
    assert observation is not None
    file = sample / observation.path
    file.write_text(file.read_text() + "\nTOUCHED = True\n")
    commit(sample)
    scanned()
    end(worker, "kafka", "passed")
    end(worker, "eventhub", "failed", "it died")
    deliver()
    [body] = hook.bodies
    assert [event["event"] for event in body["events"]] == ["proof-lost"]


def test_a_worker_that_slips_back_is_told(
    worker: Worker, channel: Add, hook: Hook, sample: Path, scanned: Callable[[], None]
):
    channel("webhook", hook.url)
    observation = inventory.current(worker)
    assert observation is not None
    file = sample / observation.path
    file.write_text(
        file.read_text() + "\nfrom aiokafka import AIOKafkaConsumer\nbuilt = AIOKafkaConsumer('t')\n"
    )
    commit(sample)
    scanned()
    deliver()
    [event] = [event for body in hook.bodies for event in body["events"]]
    assert event["event"] == "regression"
    assert f"{worker} slipped back to partial" in event["text"]


def test_a_lapsed_waiver_and_an_assigned_disagreement_are_told(
    worker: Worker, channel: Add, hook: Hook, ada: User, lea: User
):
    channel("webhook", hook.url)
    direct = Worker.objects.exclude(pk=worker.pk).get()
    waiver = waiving.ask(direct, "consume-loop", by=ada, reason="later", until=today())
    waiving.decide(waiver, by=lea, approved=True)
    Waiver.objects.filter(pk=waiver.pk).update(until=today() - timedelta(days=1))
    waiving.lapse_due()
    assigning.assign(worker, by=lea, owner="bob", due=None, issue="")
    end(worker, "kafka", "failed", "it died")
    assigning.assign(worker, by=lea, owner="cleo", due=None, issue="")
    deliver()
    events = {event["event"]: event["text"] for body in hook.bodies for event in body["events"]}
    assert "lapsed; ada had asked for it" in events["waiver-lapsed"]
    assert "cleo was given" in events["disagreement"]
    assert "fails on kafka" in events["disagreement"]


def test_a_channel_hears_only_what_it_was_set_to(worker: Worker, channel: Add, hook: Hook):
    channel("webhook", hook.url, events=["recovered"])
    channel("webhook", hook.url, owner="bob")
    end(worker, "kafka", "failed", "it died")
    assert not Delivery.objects.exists()
    assert not Notice.objects.exists(), "what nobody wants to know is not kept"
    channel("webhook", hook.url, owner="Ada")
    end(worker, "eventhub", "failed", "it died")
    assert Delivery.objects.count() == 1


def test_what_is_not_taken_is_tried_again_and_then_given_up(worker: Worker, channel: Add, hook: Hook):
    hook.answers = [503, 429, 200]
    channel("webhook", hook.url)
    end(worker, "kafka", "failed", "it died")
    for attempt, outcome in enumerate(["", "", "delivered"], 1):
        [delivery] = deliver()
        assert (delivery.attempt, delivery.outcome) == (attempt, outcome)
    hook.answers = [500]
    end(worker, "eventhub", "failed", "it died")
    for _ in range(len(outbox.BACKOFF_SECONDS) + 1):
        deliveries = deliver()
    assert [one.outcome for one in deliveries] == ["delivered", "failed"]
    assert deliveries[-1].answer == "Tried 6 times. HTTP 500"


@pytest.mark.parametrize(("status", "said"), [(404, "HTTP 404"), (302, "redirect")])
def test_what_will_never_be_taken_is_not_tried_again(
    worker: Worker, channel: Add, hook: Hook, status: int, said: str
):
    hook.answers = [status]
    channel("webhook", hook.url)
    end(worker, "kafka", "failed", "it died")
    [delivery] = deliver()
    assert (delivery.outcome, delivery.attempt) == ("failed", 1)
    assert said in delivery.answer


def test_a_private_address_is_refused_when_it_is_entered_and_when_it_is_sent_to(
    worker: Worker, channel: Add, hook: Hook, client: Client, lea: User, settings
):
    channel("webhook", hook.url)
    settings.OUTBOUND_ALLOWED_HOSTS = []
    end(worker, "kafka", "failed", "it died")
    [delivery] = deliver()
    assert delivery.outcome == "failed"
    assert hook.received == []
    client.force_login(lea)
    said = {"kind": "webhook", "address": "https://169.254.169.254/", "events": ["recovered"], "threshold": 1}
    answer = client.post(f"/m/{worker.migration.key}/notifications", said)
    assert answer.status_code == 422
    assert "not an address of the public internet" in answer.text


def test_a_message_whose_process_was_lost_is_sent_again(worker: Worker, channel: Add, hook: Hook):
    channel("webhook", hook.url)
    end(worker, "kafka", "failed", "it died")
    Delivery.objects.update(state="running", attempt=1, heartbeat_at=timezone.now() - timedelta(hours=1))
    tasks.reconcile()
    assert [one.outcome for one in deliver()] == ["delivered"]
    assert len(hook.received) == 1


def test_the_digest_goes_to_the_leads_once_a_week(
    worker: Worker, channel: Add, post: list[Message], lea: User
):
    Channel.objects.filter(pk=channel("leads").pk).update(set_at=timezone.now() - timedelta(days=30))
    for transport in ("kafka", "eventhub"):
        end(worker, transport, "passed")
    monday = timezone.now()
    digest.write(worker.migration, monday)
    digest.write(worker.migration, monday)
    deliver()
    [mail] = post
    text = mail.get_payload(decode=True).decode()
    assert mail["To"] == "lea@example.org"
    assert "1 of 2 workers proven, 1 migrated." in text
    assert "2 passed, 0 failed, 0 could not tell." in text


def test_mail_that_cannot_be_sent_says_what_to_do(worker: Worker, channel: Add):
    channel("email", "team@example.org")
    end(worker, "kafka", "failed", "it died")
    [delivery] = deliver()
    assert (delivery.outcome, "EMAIL_URL" in delivery.answer) == ("failed", True)


def test_a_lead_sets_changes_tries_and_removes_a_channel_on_the_page(
    worker: Worker, client: Client, lea: User, hook: Hook
):
    client.force_login(lea)
    address = f"/m/{worker.migration.key}/notifications"
    said = {"kind": "webhook", "address": hook.url, "events": ["recovered"], "threshold": 1}
    page = client.post(address, said, follow=True).text
    channel = Channel.objects.get()
    assert channel.secret in page
    again = client.get(address).text
    assert channel.secret not in again, "it is shown once"
    assert "s3cret" not in again, "the path of a webhook is a secret too"
    secret = channel.secret
    client.post(f"/channels/{channel.pk}/change", {"events": ["regression"], "owner": "@ada", "threshold": 3})
    refused = client.post(f"/channels/{channel.pk}/change", {"events": [], "threshold": 3}, follow=True).text
    assert "Nothing was changed. This field is required." in refused
    channel.refresh_from_db()
    assert (channel.events, channel.owner, channel.threshold) == (["regression"], "@ada", 3)
    assert (channel.address, channel.secret) == (hook.url, secret), "it is the same channel still"
    client.post(f"/channels/{channel.pk}/test")
    deliver()
    assert hook.bodies[0]["events"][0]["event"] == "test"
    assert "HTTP 200" in client.get(address).text
    client.post(f"/channels/{channel.pk}/remove")
    assert not Channel.objects.exists()
    actions = audit.of_chain(worker.migration.chain).filter(actor_name="lea").values_list("action", flat=True)
    assert list(actions) == ["channel.removed", "channel.tested", "channel.changed", "channel.set"]
