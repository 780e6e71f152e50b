"""NewCdr reports to the application that logged in (contract A11, B)."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from medisync.audit.models import AuditEvent, Outcome
from medisync.audit.trail import SYSTEM
from recordings.services import delete_recording
from telephony.choices import ReportState
from telephony.models import PbxUser, Report
from telephony.reports import WAITS, send_report, sweep_reports
from tests.receiver import Receiver
from tests.telephony import speech
from tests.telephony.calls import at, make_call
from tests.telephony.yeastar.caller import NAME, V2, Caller, make_user
from tests.telephony.yeastar.conftest import Clock
from tests.telephony.yeastar.reporting import (
    LOOPBACK,
    listen,
    log_in,
    outcome,
    receiver,
    told,
    work,
)

__all__ = ["receiver"]

pytestmark = pytest.mark.contract("yeastar", "A11")


def test_an_imported_call_is_reported(user: PbxUser, receiver: Receiver) -> None:
    listen(receiver, url="crm/calls?site=2", urltag="0")

    call = speech.imported(NAME).call
    assert call is not None
    assert not receiver.received  # Not in the import.
    work()

    (got,) = receiver.received
    assert (got.method, got.path) == ("POST", "/crm/calls?site=2")
    assert got.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["User-Agent"] == "WebAPI"
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Accept"] == "application/json"
    assert json.loads(got.body) == {
        "action": "NewCdr",
        "callid": "1710121510.23",
        "timestart": "2024-03-11 01:45:10",
        "callfrom": "2104",
        "callto": "2117",
        "callduraction": str(2 + call.duration_s),
        "talkduraction": str(call.duration_s),
        "status": "ANSWERED",
        "type": "Internal",
        "recording": NAME,
    }
    report = Report.objects.get()
    assert (report.state, report.attempts) == (ReportState.SENT, 1)
    event = AuditEvent.objects.get(action="call_recording.report")
    assert event.outcome == Outcome.DONE
    assert event.details["pbx_user"] == user.pk


FACTS = {
    "callid": "1710121510.23",
    "source_trunk": "Carrier",
    "destination_trunk": "Backup",
    "did_number": "15035550100",
    "sn": "369460012345",
}


@pytest.mark.parametrize(
    ("pincode", "sent"), [("4711", 4711), ("0042", "0042"), ("12a", "12a")]
)
def test_all_that_can_be_told(
    user: PbxUser, receiver: Receiver, pincode: str, sent: object
) -> None:
    listen(receiver)
    make_call(**FACTS, pincode=pincode, started_at=at("2024-03-11 01:45:10"))
    speech.imported(NAME)

    work()

    (body,) = told(receiver)
    assert body["srctrunkname"] == "Carrier"
    assert body["desttrunkname"] == "Backup"
    assert body["pincode"] == sent
    assert body["didnumber"] == "15035550100"
    assert body["sn"] == "369460012345"
    assert not {"dstrunkname", "dsttrunkname", "dsttrcunkname"} & set(body)


def test_the_old_form_spells_the_trunk_its_own_way_too(
    user: PbxUser, receiver: Receiver
) -> None:
    listen(receiver, version="")
    make_call(**FACTS)
    speech.imported(NAME)

    work()

    (body,) = told(receiver)
    assert (body["desttrunkname"], body["dstrunkname"]) == ("Backup", "Backup")


@pytest.mark.django_db(transaction=True)
def test_the_background_worker_sends_it(receiver: Receiver) -> None:
    make_user()
    listen(receiver)
    speech.imported(NAME)

    call_command("db_worker", batch=True, verbosity=0, startup_delay=False)

    assert [body["recording"] for body in told(receiver)] == [NAME]


@pytest.mark.contract("yeastar", "B")
def test_v2_has_an_event_and_empty_strings(user: PbxUser, receiver: Receiver) -> None:
    log_in(Caller(mount=V2, address=LOOPBACK), port=str(receiver.port))
    speech.imported(NAME)

    work()

    (body,) = told(receiver)
    assert body["event"] == "NewCdr"
    assert "action" not in body
    empty = {name for name, value in body.items() if value == ""}
    assert empty == {
        *["srctrunkname", "dsttrcunkname", "pincode", "didnumber", "sn"],
        "agentringtime",
    }
    assert body["recording"] == NAME


def test_a_file_that_names_no_call_is_not_reported(
    user: PbxUser, receiver: Receiver
) -> None:
    listen(receiver)
    speech.imported("door.wav")

    assert not Report.objects.exists()


def test_an_import_that_fails_reports_nothing(
    user: PbxUser, receiver: Receiver
) -> None:
    listen(receiver)
    speech.imported(NAME)
    speech.imported(NAME)  # A duplicate.

    reporting = DBTaskResult.objects.filter(task_path__endswith="deliver_report")
    assert Report.objects.count() == reporting.count() == 1


def test_it_is_tried_again_later_and_later(
    user: PbxUser, receiver: Receiver, clock: Clock
) -> None:
    listen(receiver)
    receiver.status = 503
    speech.imported(NAME)
    report = Report.objects.get()

    for attempt, wait in enumerate(WAITS, start=1):
        assert send_report(report.pk) == clock.now + wait
        assert outcome(report) == (ReportState.PENDING, "status_503", attempt)
        assert send_report(report.pk) is None  # Not due.
        clock.advance(seconds=wait.total_seconds())
    assert send_report(report.pk) is None

    assert outcome(report) == (ReportState.FAILED, "status_503", len(WAITS) + 1)
    assert len(receiver.received) == len(WAITS) + 1


def test_a_later_try_has_a_task_of_its_own(user: PbxUser, receiver: Receiver) -> None:
    listen(receiver)
    receiver.status = 500
    speech.imported(NAME)

    work()

    report = Report.objects.get()
    waiting = DBTaskResult.objects.get(status="READY")
    assert waiting.run_after == report.next_try_at
    assert waiting.args_kwargs["args"] == [report.pk]


def test_a_later_try_can_succeed(
    user: PbxUser, receiver: Receiver, clock: Clock
) -> None:
    listen(receiver)
    receiver.status = 302
    speech.imported(NAME)
    report = Report.objects.get()
    send_report(report.pk)
    receiver.status = 204
    clock.advance(minutes=5)

    assert send_report(report.pk) is None

    assert outcome(report)[0] == ReportState.SENT
    clock.advance(hours=9)
    send_report(report.pk)
    assert len(receiver.received) == 2


def test_a_deleted_recording_is_not_told_of(user: PbxUser, receiver: Receiver) -> None:
    listen(receiver)
    recording = speech.imported(NAME).recording
    delete_recording(recording, actor=SYSTEM)

    work()

    assert not receiver.received
    assert not Report.objects.exists()


def test_a_deactivated_user_is_told_nothing(user: PbxUser, receiver: Receiver) -> None:
    listen(receiver)
    speech.imported(NAME)
    PbxUser.objects.update(is_active=False)

    work()

    assert not receiver.received
    assert outcome(Report.objects.get()) == (ReportState.FAILED, "user_inactive", 1)


def test_nothing_of_a_report_is_logged(
    user: PbxUser, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "medisync")
    caplog.set_level("INFO")
    listen(receiver, url="crm?key=Zaunkoenig")
    receiver.status = 500
    speech.imported(NAME)

    work()

    assert receiver.received
    for secret in ("Zaunkoenig", NAME, "2104", f":{receiver.port}"):
        assert secret not in caplog.text


def test_the_sweep_finds_lost_reports_and_removes_old_ones(
    user: PbxUser, receiver: Receiver, clock: Clock
) -> None:
    listen(receiver)
    speech.imported(NAME)
    DBTaskResult.objects.all().delete()  # A crash.
    clock.advance(minutes=59)
    assert sweep_reports() == {"lost reports": 0, "old reports": 0}
    clock.advance(minutes=2)
    assert sweep_reports() == {"lost reports": 1, "old reports": 0}

    send_report(DBTaskResult.objects.get().args_kwargs["args"][0])

    assert len(receiver.received) == 1
    clock.advance(days=7)
    assert sweep_reports() == {"lost reports": 0, "old reports": 1}
