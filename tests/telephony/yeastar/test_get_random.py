"""POST recording/get_random (contract A6)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from medisync.audit.models import AuditEvent
from recordings.choices import State
from recordings.models import Recording
from telephony.models import CallRecording, DownloadTicket, PbxUser
from tests.telephony import speech
from tests.telephony.yeastar.caller import (
    APPLICATION,
    NAME,
    PATIENTS_PHONE,
    PLUS_NAME,
    Caller,
    check_failure,
    check_success,
)

pytestmark = pytest.mark.contract("yeastar", "A6")


def test_a_random_for_a_recording(
    caller: Caller, user: PbxUser, found: CallRecording, mount: str
) -> None:
    caller.mount = mount

    answer = check_success(caller.post("recording/get_random", {"recording": NAME}))

    assert set(answer) == {"recording", "random"}
    assert answer["recording"] == NAME
    assert re.fullmatch("[0-9a-f]{32}", answer["random"])
    ticket = DownloadTicket.objects.get()
    assert (ticket.call_recording, ticket.user) == (found, user)
    assert ticket.expires_at - ticket.created_at == timedelta(seconds=30)
    assert (ticket.application_address, ticket.allowed_address) == (APPLICATION, None)
    kept = json.dumps(list(DownloadTicket.objects.values()), default=str)
    assert answer["random"] not in kept
    event = AuditEvent.objects.get(action="download_ticket.add")
    assert (event.object_id, event.actor_id) == (ticket.pk, user.pk)
    assert event.details == {
        "recording": found.recording_id,
        "allowed_address": None,
    }


def test_every_random_is_another(caller: Caller, found: CallRecording) -> None:
    assert len({caller.get_random() for _ in range(5)}) == 5


@pytest.mark.parametrize("name", [PLUS_NAME, "exten-7-2104-20240311-094512-1.5.wav"])
def test_a_name_is_an_opaque_key(caller: Caller, name: str) -> None:
    speech.imported(name)

    answer = check_success(caller.post("recording/get_random", {"recording": name}))

    assert answer["recording"] == name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, None),
        ("", None),
        (" ", None),
        (PATIENTS_PHONE, PATIENTS_PHONE),
        (f"  {PATIENTS_PHONE}\n", PATIENTS_PHONE),
        ("::ffff:10.20.0.9", PATIENTS_PHONE),
        ("2001:DB8:0:0::7", "2001:db8::7"),
    ],
)
def test_allowedip(
    caller: Caller, found: CallRecording, sent: str | None, kept: str | None
) -> None:
    check_success(
        caller.post("recording/get_random", {"recording": NAME, "allowedip": sent})
    )

    assert DownloadTicket.objects.get().allowed_address == kept


@pytest.mark.parametrize(
    "sent",
    [
        "10.20.0.9,10.20.0.10",
        "10.20.0.9 10.20.0.10",
        "10.20.0.9;",
        "10.20.0.0/24",
        "10.20.0.9:8088",
        "10.20.0",
        "10.20.0.256",
        "010.20.0.9",
        "pbx.example.org",
        "*",
        "fe80::1%eth0",
        "[::1]",
        "\N{FULLWIDTH DIGIT ONE}0.20.0.9",
        "\0",
        "\ud800",
        "9" * 9999,
        0,
        169_869_321,
        True,
        [],
        [PATIENTS_PHONE],
        {},
    ],
    ids=ascii,
)
def test_bad_allowedip(caller: Caller, found: CallRecording, sent: object) -> None:
    body = {"recording": NAME, "allowedip": sent}

    check_failure(caller.post("recording/get_random", body), "20015")
    assert not DownloadTicket.objects.exists()


@pytest.mark.parametrize(
    "recording",
    [
        *["nothing.wav", NAME.upper(), NAME + " ", " " + NAME, NAME[:-4], "x" * 5000],
        *["..", "../" + NAME, "a/" + NAME, "\\" + NAME, "%2e%2e%2f" + NAME],
        *["/etc/passwd", "C:\\x.wav", "\ud800.wav", "a..wav", "'; --", "%", "_" * 51],
        NAME + "\0",
    ],
    ids=ascii,
)
def test_no_such_recording(
    caller: Caller, found: CallRecording, recording: str
) -> None:
    response = caller.post("recording/get_random", {"recording": recording})

    check_failure(response, "20014")
    assert not DownloadTicket.objects.exists()


def test_a_recording_that_is_being_deleted(
    caller: Caller, found: CallRecording
) -> None:
    Recording.objects.filter(pk=found.recording_id).update(state=State.DELETING)

    response = caller.post("recording/get_random", {"recording": NAME})

    check_failure(response, "20014")


@pytest.mark.parametrize(
    ("body", "errno"),
    [
        (b"", "20007"),
        (b" \r\n\t", "20007"),
        (b"{", "20000"),
        (b"recording=" + NAME.encode(), "20000"),
        (b"\xff\xfe\xff", "20000"),
        (b"[]", "20000"),
        (b"null", "20000"),
        (b"7", "20000"),
        (b'"text"', "20000"),
        (b'{"recording": NaN}', "20000"),
        (b'{"n": ' + b"9" * 5000 + b"}", "20000"),
        (b"[" * 60_000, "20000"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "20000"),
        (b"{}", "10004"),
        (b'{"recording": ""}', "10004"),
        (b'{"recording": " "}', "10004"),
        (b'{"recording": null}', "10004"),
        (b'{"recording": 7}', "10004"),
        (b'{"recording": ["x"]}', "10004"),
        (b'{"recording": {"x": 1}}', "10004"),
        (b'{"Recording": "x"}', "10004"),
        (b'{"recording": "' + b"x" * 66_000 + b'"}', "30001"),
        (b"{" + b" " * 3_000_000, "30001"),
    ],
    ids=lambda value: str(value[:20]) if isinstance(value, bytes) else value,
)
def test_bodies(caller: Caller, found: CallRecording, body: bytes, errno: str) -> None:
    path = f"recording/get_random?token={caller.token}"

    check_failure(caller.send("POST", path, body), errno)
    assert not DownloadTicket.objects.exists()


def test_the_query_names_no_recording(caller: Caller, found: CallRecording) -> None:
    path = f"recording/get_random?token={caller.token}&recording={NAME}"

    check_failure(caller.send("POST", path), "20007")
    check_failure(caller.send("POST", path, b"{}"), "10004")


def test_the_token_is_looked_at_before_the_body(found: CallRecording) -> None:
    check_failure(Caller().send("POST", "recording/get_random", b"{"), "20005")


def test_it_takes_few_queries(
    caller: Caller, found: CallRecording, django_assert_max_num_queries: Any
) -> None:
    # Token, its slide, the recording, ticket and audit event in a savepoint.
    with django_assert_max_num_queries(7):
        caller.get_random()
