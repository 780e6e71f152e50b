"""Recording status callbacks: an account is told of what arrives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult

from medisync.audit.models import AuditEvent, Outcome
from medisync.audit.trail import SYSTEM
from recordings.services import delete_recording
from telephony.choices import ReportState
from telephony.models import Account, CallRecording, Report
from tests.receiver import Receiver
from tests.telephony import speech

pytestmark = pytest.mark.contract("laml", "3.5", "sends recording-status-callback")


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A consumer's own server, in a network that an operator allowed."""
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.PUBLIC_URL = "https://audio.clinic.example"
    with Receiver() as listening:
        yield listening


def register(account: Account, url: str, method: str = "POST") -> None:
    account.recording_status_callback = url
    account.recording_status_callback_method = method
    account.save()


def work() -> None:
    """What the background worker does with what is due."""
    for queued in DBTaskResult.objects.ready():
        queued.delete()
        queued.task.call(*queued.args_kwargs["args"])


def expected(found: CallRecording) -> dict[str, str]:
    path = f"/api/laml/2010-04-01/Accounts/{found.account_id}/Recordings/{found.pk}"
    return {
        "AccountSid": str(found.account_id),
        "CallSid": str(found.call_id or ""),
        "RecordingSid": str(found.pk),
        "RecordingUrl": f"https://audio.clinic.example{path}",
        "RecordingStatus": "completed",
        "RecordingDuration": "6",
        "RecordingChannels": "1",
        "RecordingSource": "Trunking",
    }


def test_an_arriving_recording_is_posted(
    desk: speech.Client, receiver: Receiver, client: Client
) -> None:
    register(desk.account, f"http://127.0.0.1:{receiver.port}/hook?site=2")

    found = speech.imported(account=desk.account)
    assert not receiver.received  # Not in the import.
    work()

    (got,) = receiver.received
    assert (got.method, got.path) == ("POST", "/hook?site=2")
    assert got.headers["Content-Type"] == "application/x-www-form-urlencoded"
    facts = dict(parse_qsl(got.body.decode(), keep_blank_values=True))
    assert facts == expected(found)
    assert Report.objects.get().state == ReportState.SENT
    event = AuditEvent.objects.get(action="call_recording.report")
    assert (event.outcome, event.details["account"]) == (Outcome.DONE, desk.sid)
    # Consumers append what they want to have.
    for ending in (".wav", ".mp3", ".json"):
        path = urlsplit(facts["RecordingUrl"] + ending).path
        assert client.get(path, headers=desk.basic).status_code == 200


def test_with_get_the_parameters_are_in_the_url(
    desk: speech.Client, receiver: Receiver
) -> None:
    register(desk.account, f"http://127.0.0.1:{receiver.port}/hook?site=2#x", "GET")

    found = speech.imported("desk.wav", account=desk.account)
    work()

    (got,) = receiver.received
    assert (got.method, got.body) == ("GET", b"")
    path, _, query = got.path.partition("?")
    facts = dict(parse_qsl(query, keep_blank_values=True))
    assert (path, facts) == ("/hook", {"site": "2", **expected(found)})


def test_it_is_told_once_when_a_recording_is_given_to_the_account(
    desk: speech.Client, stranger: speech.Client, receiver: Receiver
) -> None:
    register(desk.account, f"http://127.0.0.1:{receiver.port}/")
    speech.imported("of-nobody.wav")
    speech.imported("of-another.wav", account=stranger.account)
    work()
    assert not receiver.received

    for _ in range(2):
        speech.imported("of-nobody.wav", account=desk.account)
        work()

    assert len(receiver.received) == 1


def test_a_refusal_is_tried_again_and_a_deleted_recording_is_not_told(
    desk: speech.Client, receiver: Receiver
) -> None:
    register(desk.account, f"http://127.0.0.1:{receiver.port}/")
    receiver.status = 503
    found = speech.imported(account=desk.account)

    work()

    report = Report.objects.get()
    assert (report.state, report.last_error) == (ReportState.PENDING, "status_503")
    assert DBTaskResult.objects.count() == 1  # The next try.
    delete_recording(found.recording, actor=SYSTEM)
    assert not Report.objects.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1"])
def test_an_address_of_the_inside_is_not_asked_unless_it_is_allowed(
    desk: speech.Client, receiver: Receiver, settings: Any, host: str
) -> None:
    settings.OUTGOING_NETWORKS = []
    register(desk.account, f"http://{host}:{receiver.port}/")
    speech.imported(account=desk.account)

    work()

    assert not receiver.received
    assert Report.objects.get().state == ReportState.FAILED
    event = AuditEvent.objects.get(action="call_recording.report")
    assert event.details["reason"] == "destination_refused"


def test_an_account_is_made_with_one(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "http://crm:8080/recorded"
    call_command(
        *("create_account", "Desk", "--json", "--recording-status-callback", url),
        *("--recording-status-callback-method", "GET"),
    )

    made = json.loads(capsys.readouterr().out)
    assert list(made) == ["account_sid", "token", "scopes"]
    account = Account.objects.get(pk=made["account_sid"])
    assert account.recording_status_callback == url
    assert account.recording_status_callback_method == "GET"
    for bad in (
        "crm",
        "ftp://crm/",
        "https://",
        "http://a@b/",
        "http://crm/" + "x" * 2000,
    ):
        with pytest.raises(CommandError, match="URL begins with"):
            call_command("create_account", "Desk", "--recording-status-callback", bad)
    assert Account.objects.count() == 1


def test_an_operator_sets_it_in_the_admin(
    desk: speech.Client, client: Client, superuser: Any
) -> None:
    client.force_login(superuser)
    url = f"/admin/telephony/account/{desk.sid}/change/"
    form = {
        "name": "Front desk",
        "tokens-TOTAL_FORMS": "0",
        "tokens-INITIAL_FORMS": "0",
    }

    for callback, status in [("ftp://crm/", 200), ("https://crm.example/x", 302)]:
        answer = client.post(url, form | {"recording_status_callback": callback})
        assert answer.status_code == status
    desk.account.refresh_from_db()
    assert desk.account.recording_status_callback == "https://crm.example/x"
