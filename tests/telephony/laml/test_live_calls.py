"""POST: the control of a live call's recording, where no call is live."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from telephony.models import CallRecording
from tests.telephony import speech
from tests.telephony.factories import CallFactory, CallRecordingFactory

pytestmark = pytest.mark.contract(
    "laml",
    "3.5",
    "POST /Accounts/{AccountSid}/Calls/{CallSid}/Recordings",
    "POST /Accounts/{AccountSid}/Calls/{CallSid}/Recordings/{Sid}",
    "POST /Accounts/{AccountSid}/Conferences/{ConferenceSid}/Recordings/{Sid}",
)

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def call_path(mount: str, desk: speech.Client, found: CallRecording) -> str:
    return f"{mount}/Accounts/{desk.sid}/Calls/{found.call_id}/Recordings"


def post(client: Client, desk: speech.Client, url: str, **form: Any) -> tuple[int, int]:
    body = urlencode(form, doseq=True)
    answer = client.post(url, body, content_type=FORM, headers=desk.basic)
    assert list(answer.json()) == ["code", "message", "more_info", "status"]
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("ending", ["", ".json"])
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"RecordingChannels": "dual", "Trim": "trim-silence", "Unknown": "x"},
        {"RecordingTrack": "inbound", "RecordingStatusCallbackMethod": "GET"},
        {"RecordingStatusCallback": "https://hooks.clinic.example/done?x=1"},
        {"RecordingStatusCallbackEvent": "in-progress completed absent"},
        {"RecordingStatusCallbackEvent": ["completed", "absent"]},
    ],
)
def test_a_call_that_is_over_is_not_recorded(
    client: Client, desk: speech.Client, call_path: str, form: Any, ending: str
) -> None:
    assert post(client, desk, call_path + ending, **form) == (400, 21220)
    assert CallRecording.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"RecordingStatusCallbackEvent": "started"}, 13621),
        ({"RecordingStatusCallbackEvent": "completed,absent"}, 13621),
        ({"RecordingStatusCallbackEvent": " "}, 13621),
        ({"RecordingStatusCallbackEvent": ["completed", "started"]}, 13621),
        ({"Trim": "both"}, 13699),
        ({"Trim": "\0"}, 13699),
        ({"RecordingChannels": "1"}, 10000),
        ({"RecordingTrack": "left"}, 10000),
        ({"RecordingStatusCallback": "hooks.clinic.example"}, 10000),
        ({"RecordingStatusCallback": "ftp://hooks.clinic.example/"}, 10000),
        ({"RecordingStatusCallback": "https://"}, 10000),
        ({"RecordingStatusCallback": b"\xff"}, 10000),
        ({"RecordingStatusCallbackMethod": "PUT"}, 10000),
    ],
)
def test_a_form_is_checked_first(
    client: Client, desk: speech.Client, call_path: str, form: Any, code: int
) -> None:
    assert post(client, desk, call_path, **form) == (400, code)


def test_an_unknown_call(
    client: Client, desk: speech.Client, call_path: str, found: CallRecording
) -> None:
    strangers = CallRecordingFactory.create(call=CallFactory.create())
    for sid in (uuid4(), "x", strangers.call_id):
        url = call_path.replace(str(found.call_id), str(sid))
        assert post(client, desk, url, Trim="both") == (404, 20404)


@pytest.mark.parametrize("kind", ["Calls", "Conferences"])
def test_an_update_of_what_is_over(
    client: Client, mount: str, desk: speech.Client, kind: str
) -> None:
    sid = uuid4()
    parent: dict[str, Any] = {"conference_sid": sid} if kind == "Conferences" else {}
    if kind == "Calls":
        parent = {"call": CallFactory.create(sid=sid)}
    row = CallRecordingFactory.create(account=desk.account, **parent)
    url = f"{mount}/Accounts/{desk.sid}/{kind}/{sid}/Recordings/{row.pk}"

    for ending in ("", ".json"):
        for status in ("paused", "in-progress", "stopped"):
            answer = post(client, desk, url + ending, Status=status)
            assert answer == (400, 21220)
    skipped = post(client, desk, url, Status="paused", PauseBehavior="skip")
    assert skipped == (400, 21220)
    for form in (
        {},
        {"Status": "completed"},
        {"Status": ""},
        {"Status": "paused", "PauseBehavior": "mute"},
    ):
        assert post(client, desk, url, **form) == (400, 10000)
    unknown = url.replace(str(row.pk), str(uuid4()))
    assert post(client, desk, unknown, Status="paused") == (404, 20404)


def test_bodies_that_are_no_form(
    client: Client, desk: speech.Client, call_path: str, settings: Any
) -> None:
    for kind in ("application/json", "text/xml", "multipart/form-data; boundary=x"):
        answer = client.post(
            call_path, b'{"Trim": "both"}', content_type=kind, headers=desk.basic
        )
        assert (answer.status_code, answer.json()["code"]) == (415, 10000)
    many = "&".join(f"a{n}=1" for n in range(300))
    answer = client.post(call_path, many, content_type=FORM, headers=desk.basic)
    assert (answer.status_code, answer.json()["code"]) == (400, 10000)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = client.post(call_path, many, content_type=FORM, headers=desk.basic)
    assert (answer.status_code, answer.json()["code"]) == (413, 10000)


def test_there_is_nothing_to_post_elsewhere(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    below = f"{mount}/Accounts/{desk.sid}"
    for path in (
        "Recordings.json",
        f"Recordings/{found.pk}.json",
        f"Conferences/{uuid4()}/Recordings",
        "Transcriptions",
    ):
        assert post(client, desk, f"{below}/{path}") == (405, 20004)
