"""DELETE Recordings/{Sid}, also as one of its call's."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.test import Client

from medisync.audit.models import AuditEvent
from recordings import storage
from recordings.errors import StorageFailed
from recordings.models import Recording
from telephony.choices import Scope
from telephony.models import Call, CallRecording, CallTranscription
from tests.telephony import speech
from tests.telephony.factories import CallTranscriptionFactory

pytestmark = pytest.mark.contract(
    "laml",
    "3.4",
    "DELETE /Accounts/{AccountSid}/Recordings/{Sid}",
    "DELETE /Accounts/{AccountSid}/Calls/{CallSid}/Recordings/{Sid}",
)


@pytest.fixture(params=["Recordings/{sid}", "Calls/{call}/Recordings/{sid}"])
def path(
    request: pytest.FixtureRequest,
    mount: str,
    desk: speech.Client,
    found: CallRecording,
) -> str:
    below = request.param.format(sid=found.pk, call=found.call_id)
    return f"{mount}/Accounts/{desk.sid}/{below}"


@pytest.mark.parametrize("ending", ["", ".json"])
def test_it_is_gone(
    client: Client, desk: speech.Client, found: CallRecording, path: str, ending: str
) -> None:
    url = f"/2010-04-01/Accounts/{desk.sid}/Recordings/{found.pk}"
    CallTranscriptionFactory.create(call_recording=found)
    assert client.get(f"{url}.mp3").getvalue()
    keys = [found.recording.key, found.recording.renditions.get().key]

    answer = client.delete(path + ending, headers=desk.basic)

    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer
    assert not CallRecording.objects.exists()
    assert not Recording.objects.exists()
    assert not CallTranscription.objects.exists()
    assert Call.objects.count() == 1
    assert not any(storages["recordings"].exists(key) for key in keys)
    event = AuditEvent.objects.get(action="recording.delete")
    assert (event.object_id, event.actor_kind, event.actor_id) == (
        found.recording_id,
        "account",
        desk.sid,
    )
    again = client.delete(path + ending, headers=desk.basic)
    assert (again.status_code, again.json()["code"]) == (404, 20404)
    for left in ("", ".wav", ".mp3", ".json", "/Transcriptions"):
        gone = client.get(url + left, headers=desk.basic)
        assert (gone.status_code, gone.json()["code"]) == (404, 20404)


def test_it_takes_the_accounts_own_voice_token(
    client: Client,
    desk: speech.Client,
    stranger: speech.Client,
    found: CallRecording,
    path: str,
) -> None:
    for headers in (
        {},
        speech.basic(desk.sid, "wrong"),
        desk.basic_with(Scope.MANAGEMENT),
        stranger.basic,
    ):
        for ending in ("", ".json"):
            refused = client.delete(path + ending, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (401, 20003)
    others = path.replace(str(found.pk), str(stranger.account.call_recordings.get().pk))
    assert client.delete(others, headers=desk.basic).status_code == 404
    assert CallRecording.objects.count() == 2
    assert client.delete(path, headers=desk.basic_with(Scope.VOICE)).status_code == 204


def test_what_is_unknown_is_not_found(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    below = f"{mount}/Accounts/{desk.sid}"
    for path in (
        f"Recordings/{uuid4()}",
        "Recordings/x",
        f"Calls/{uuid4()}/Recordings/{found.pk}",
        f"Calls/x/Recordings/{found.pk}",
        f"Conferences/{found.call_id}/Recordings/{found.pk}",
    ):
        answer = client.delete(f"{below}/{path}.json", headers=desk.basic)
        assert (answer.status_code, answer.json()["code"]) == (404, 20404)
    for ending in (".wav", ".mp3"):
        answer = client.delete(
            f"{below}/Recordings/{found.pk}{ending}", headers=desk.basic
        )
        assert (answer.status_code, answer.json()["code"]) == (405, 20004)
    assert CallRecording.objects.get() == found


def test_a_store_that_fails_is_told_and_the_recording_stays_away(
    client: Client,
    desk: speech.Client,
    found: CallRecording,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(key: str) -> None:
        raise StorageFailed

    monkeypatch.setattr(storage, "remove", fail)

    answer = client.delete(path, headers=desk.basic)

    assert (answer.status_code, answer.json()["code"]) == (503, 20504)
    assert client.get(path, headers=desk.basic).status_code == 404
