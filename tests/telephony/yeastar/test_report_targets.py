"""Where NewCdr reports go (contract A11, A3, B)."""

from __future__ import annotations

import json
import socket
from ipaddress import ip_address
from typing import Any

import pytest

from medisync.audit.models import AuditEvent, Outcome
from medisync.lib import outgoing
from telephony.choices import ReportState
from telephony.models import PbxToken, PbxUser, Report
from telephony.reports import send_report
from tests.receiver import Receiver
from tests.telephony import speech
from tests.telephony.yeastar.caller import (
    NAME,
    V2,
    Caller,
    check_failure,
    check_success,
    make_user,
)
from tests.telephony.yeastar.conftest import Clock
from tests.telephony.yeastar.reporting import (
    LOOPBACK,
    listen,
    log_in,
    outcome,
    receiver,
    work,
)

__all__ = ["receiver"]

pytestmark = pytest.mark.contract("yeastar", "A11")


@pytest.mark.parametrize(
    ("facts", "url"),
    [
        ({"port": "8260"}, "http://10.20.0.5:8260/"),
        ({"port": 8260}, "http://10.20.0.5:8260/"),
        ({"port": 8260, "url": "/crm"}, "http://10.20.0.5:8260/crm"),
        ({"port": 8260, "url": "crm", "urltag": "0"}, "http://10.20.0.5:8260/crm"),
        ({"port": 0, "url": "http://10.20.0.5/a", "urltag": "1"}, "http://10.20.0.5/a"),
        ({"port": 0, "url": "https://a.lan/", "urlflag": 1}, "https://a.lan/"),
        ({"port": 9, "url": "http://a.lan/"}, "http://a.lan/"),
        ({"port": 9, "url": " "}, "http://10.20.0.5:9/"),
        ({"port": 9, "urltag": "1"}, "http://10.20.0.5:9/"),
        ({"port": 9, "url": 7, "version": 1.0}, "http://10.20.0.5:9/"),
        ({"port": 9, "url": "x" * 1001}, "http://10.20.0.5:9/"),
        ({"port": 0}, None),
        ({"port": "65536"}, None),
    ],
    ids=lambda value: str(value)[:60],
)
def test_the_registered_target(
    user: PbxUser, facts: dict[str, object], url: str | None
) -> None:
    log_in(Caller(), **facts)

    speech.imported(NAME)

    assert list(Report.objects.values_list("url", flat=True)) == ([url] if url else [])


@pytest.mark.contract("yeastar", "B")
def test_v2_has_a_default_port(user: PbxUser) -> None:
    log_in(Caller(mount=V2))

    speech.imported(NAME)

    assert Report.objects.get().url == "http://10.20.0.5:8260/"


@pytest.mark.contract("yeastar", "A3")
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_heartbeat_changes_the_target(
    caller: Caller, user: PbxUser, method: str
) -> None:
    body = {"ipaddr": "10.20.0.7", "port": "9000", "url": "in", "urlflag": "0"}
    caller.send(method, f"heartbeat?token={caller.token}", json.dumps(body))
    check_success(caller.post("heartbeat", {"port": ""}))

    speech.imported(NAME)

    assert Report.objects.get().url == "http://10.20.0.7:9000/in"
    event = AuditEvent.objects.get(action="pbx_token.update")
    assert event.actor_id == user.pk


@pytest.mark.contract("yeastar", "A3")
@pytest.mark.parametrize(
    "body", [{"port": "x"}, {"port": 65537}, {"port": True}, {"ipaddr": "crm.lan"}]
)
def test_a_heartbeat_with_a_bad_target(caller: Caller, body: dict[str, Any]) -> None:
    before = PbxToken.objects.get().report_to

    check_failure(caller.post("heartbeat", {"url": "new", **body}), "20011")

    assert PbxToken.objects.get().report_to == before


def test_an_application_is_told_once(user: PbxUser, receiver: Receiver) -> None:
    make_user("other", "Linden-78")
    for _ in range(3):
        listen(receiver)
    log_in(Caller(address=LOOPBACK), port=9999)

    speech.imported(NAME)

    urls = sorted(Report.objects.values_list("url", flat=True))
    assert urls == sorted([f"{receiver.url}/", "http://127.0.0.1:9999/"])


def test_who_is_not_logged_in_any_more_is_told_nothing(
    user: PbxUser, clock: Clock
) -> None:
    log_in(Caller(), port=1)
    check_success(log_in(Caller(), port=2).post("logout"))
    clock.advance(minutes=31)

    speech.imported(NAME)

    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        *["http://169.254.169.254/latest/meta-data", "http://localhost/", "ftp://x/"],
        *["http://[::1]:8000/", "http://10.20.0.66/", "http://0.0.0.0:8000/", "http:"],
    ],
)
def test_nowhere_but_to_who_logged_in(user: PbxUser, url: str) -> None:
    log_in(Caller(), port=0, url=url, urltag="1")
    speech.imported(NAME)
    report = Report.objects.get()

    assert send_report(report.pk) is None

    assert outcome(report) == (ReportState.FAILED, "destination_refused", 1)
    event = AuditEvent.objects.get(action="call_recording.report")
    assert event.outcome == Outcome.FAILED
    assert event.details["reason"] == "destination_refused"


def test_not_to_a_loopback_that_logged_in(user: PbxUser) -> None:
    with Receiver() as receiver:
        listen(receiver)
        speech.imported(NAME)
        work()

    assert not receiver.received
    assert Report.objects.get().state == ReportState.FAILED


def test_to_the_address_that_logged_in(
    user: PbxUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def getaddrinfo(host: str, *args: Any, **options: Any) -> Any:
        asked.append(host)
        raise socket.gaierror

    monkeypatch.setattr(outgoing, "getaddrinfo", getaddrinfo)
    log_in(Caller(), port=8260)
    speech.imported(NAME)

    send_report(Report.objects.get().pk)

    assert asked == ["10.20.0.5"]
    here = ip_address("10.20.0.5")
    assert outgoing.destinations(addresses=[here]).allow(str(here), here)
