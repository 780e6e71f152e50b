"""GET Recordings/{Sid}, .wav and .mp3."""

from __future__ import annotations

import io
import wave
from typing import Any

import pytest
from django.test import Client

from medisync.audit.models import AuditEvent
from telephony.choices import Scope
from telephony.models import CallRecording
from tests.telephony import speech

pytestmark = [pytest.mark.contract("laml", "2"), pytest.mark.contract("laml", "3.1")]

ENDINGS = ["", ".wav", ".mp3"]


def body_of(response: Any) -> bytes:
    body: bytes = response.getvalue()  # To its end: that closes the response.
    return body


@pytest.mark.parametrize("ending", ["", ".wav"])
def test_anybody_with_the_url_hears_the_wav(
    client: Client,
    mount: str,
    desk: speech.Client,
    found: CallRecording,
    ending: str,
) -> None:
    response = client.get(f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}{ending}")

    assert response.status_code == 200
    assert response["Content-Type"] == "audio/x-wav"
    body = body_of(response)
    assert body == speech.PROMPT.read_bytes()
    assert response["Content-Length"] == str(len(body))


def test_anybody_with_the_url_hears_the_mp3(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    response = client.get(f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.mp3")

    assert response.status_code == 200
    assert response["Content-Type"] == "audio/mpeg"
    body = body_of(response)
    assert response["Content-Length"] == str(len(body))
    assert body[:3] == b"ID3" or body[0] == 0xFF


def test_an_mp3_original_is_heard_as_wav_too(
    client: Client, desk: speech.Client, found: CallRecording, tmp_path: Any
) -> None:
    url = f"/2010-04-01/Accounts/{desk.sid}/Recordings"
    path = tmp_path / "call.mp3"
    path.write_bytes(body_of(client.get(f"{url}/{found.pk}.mp3")))
    again = speech.imported("call.mp3", account=desk.account, prompt=path)

    wav = body_of(client.get(f"{url}/{again.pk}"))

    assert body_of(client.get(f"{url}/{again.pk}.mp3")) == path.read_bytes()
    with wave.open(io.BytesIO(wav)) as sound:
        ms = 1000 * sound.getnframes() / sound.getframerate()
    assert abs(ms - found.recording.duration_ms) <= 50


@pytest.mark.parametrize("ending", ENDINGS)
def test_head_says_what_get_would(
    client: Client, mount: str, desk: speech.Client, found: CallRecording, ending: str
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}{ending}"
    got = client.get(url)

    response = client.head(url)

    assert (response.status_code, response.content) == (200, b"")
    for header in ("Content-Type", "Content-Length", "ETag", "Accept-Ranges"):
        assert response[header] == got[header]
    body_of(got)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_player_gets_the_range_it_asks_for(
    client: Client, mount: str, desk: speech.Client, found: CallRecording, ending: str
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}{ending}"
    whole = body_of(client.get(url))

    response = client.get(url, headers={"Range": "bytes=100-199"})

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert body_of(response) == whole[100:200]


def test_a_range_beyond_the_end_is_an_error_of_this_dialect(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}"

    response = client.get(url, headers={"Range": "bytes=99999999-"})

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{found.recording.size}"
    assert response.json()["status"] == 416


# --- Who listens ----------------------------------------------------------------


def listening() -> tuple[str, str, str, str]:
    event = AuditEvent.objects.get(action="recording.play")
    return event.actor_kind, event.actor_id, event.object_id, event.outcome


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_listener_without_credentials_is_the_public(
    client: Client, desk: speech.Client, found: CallRecording, ending: str
) -> None:
    url = f"/2010-04-01/Accounts/{desk.sid}/Recordings/{found.pk}{ending}"

    body_of(client.get(url))

    assert listening() == ("public", "", found.recording_id, "done")


def test_a_listener_with_credentials_is_the_account(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}"

    response = client.get(url, headers=desk.basic)

    assert body_of(response) == speech.PROMPT.read_bytes()
    assert listening() == ("account", desk.sid, found.recording_id, "done")


def test_wrong_credentials_do_not_matter_where_none_are_needed(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}"
    for headers in (
        speech.basic(desk.sid, "wrong"),
        desk.basic_with(Scope.MANAGEMENT),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer x.y.z"},
    ):
        response = client.get(url, headers=headers)
        assert response.status_code == 200
        body_of(response)

    assert listening()[0] == "public"


@pytest.mark.parametrize("ending", ENDINGS)
def test_protected_media_take_the_accounts_credentials(
    client: Client,
    mount: str,
    desk: speech.Client,
    stranger: speech.Client,
    found: CallRecording,
    ending: str,
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}{ending}"
    body_of(client.get(url))
    desk.account.protect_media = True
    desk.account.save(update_fields=["protect_media", "updated_at"])

    for headers in (
        {},
        speech.basic(desk.sid, "wrong"),
        desk.basic_with(Scope.MANAGEMENT),
        stranger.basic,
    ):
        refused = client.get(url, headers=headers)
        assert refused.status_code == 401
        assert refused["WWW-Authenticate"].startswith("Basic ")
        assert refused.json()["code"] == 20003
    response = client.get(url, headers=desk.basic)
    assert response.status_code == 200
    assert body_of(response)
    response = client.get(url, headers=desk.basic | {"Range": "bytes=0-9"})
    assert (response.status_code, len(body_of(response))) == (206, 10)
    refusals = AuditEvent.objects.filter(action="recording.play", outcome="refused")
    assert set(refusals.values_list("object_id", "actor_kind", "actor_id")) == {
        (found.recording_id, "public", ""),
        (found.recording_id, "account", stranger.sid),
    }


def test_a_protecting_account_does_not_tell_what_it_has(
    client: Client, mount: str, found: CallRecording
) -> None:
    guarded = speech.Client(protect_media=True)
    url = f"{mount}/Accounts/{guarded.sid}/Recordings"
    own = speech.imported("own.wav", account=guarded.account)

    answers = [client.get(f"{url}/{sid}") for sid in (own.pk, found.pk, "x")]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert client.get(f"{url}/{found.pk}", headers=guarded.basic).status_code == 404
    assert not AuditEvent.objects.filter(object_id=found.recording_id).exclude(
        action="recording.add"
    )
