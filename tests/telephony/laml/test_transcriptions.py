"""Transcriptions: of the account, of a recording, one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from medisync.audit.models import AuditEvent
from recordings.choices import State
from recordings.models import Recording
from telephony.choices import Scope
from telephony.models import CallRecording, CallTranscription
from tests.telephony import speech
from tests.telephony.factories import CallRecordingFactory, CallTranscriptionFactory

pytestmark = pytest.mark.contract("laml", "5")


@pytest.fixture
def text(desk: speech.Client) -> CallTranscription:
    row = CallRecordingFactory.create(account=desk.account)
    return CallTranscriptionFactory.create(call_recording=row)


def sids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["sid"] for row in answer.json()["transcriptions"]]


@pytest.mark.parametrize("ending", ["", ".json"])
def test_one_is_fetched(
    client: Client,
    mount: str,
    desk: speech.Client,
    text: CallTranscription,
    ending: str,
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Transcriptions/{text.pk}"

    answer = client.get(url + ending, headers=desk.basic)

    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("date_created").endswith(" +0000")
    assert body.pop("date_updated").endswith(" +0000")
    assert body == {
        "sid": str(text.pk),
        "account_sid": desk.sid,
        "api_version": "2010-04-01",
        "duration": 12,
        "price": None,
        "price_unit": "USD",
        "recording_sid": str(text.call_recording_id),
        "status": "completed",
        "transcription_text": "Please bring your insurance card.",
        "type": "",
        "uri": f"/api/laml/2010-04-01/Accounts/{desk.sid}"
        f"/Transcriptions/{text.pk}.json",
    }
    assert type(answer.json()["duration"]) is int
    for sid in (uuid4(), "x", CallTranscriptionFactory.create().pk):
        gone = client.get(
            f"{mount}/Accounts/{desk.sid}/Transcriptions/{sid}{ending}",
            headers=desk.basic,
        )
        assert (gone.status_code, gone.json()["code"]) == (404, 20404)


@pytest.mark.parametrize("ending", ["", ".json"])
def test_they_are_listed(
    client: Client,
    mount: str,
    desk: speech.Client,
    text: CallTranscription,
    ending: str,
) -> None:
    newer = CallTranscriptionFactory.create(call_recording=text.call_recording)
    other = CallTranscriptionFactory.create(
        call_recording=CallRecordingFactory.create(account=desk.account)
    )
    CallTranscriptionFactory.create()
    below = f"{mount}/Accounts/{desk.sid}"
    recording = f"Recordings/{text.call_recording_id}/Transcriptions"
    expected = [str(row.pk) for row in (other, newer, text)]

    def ask(path: str, query: str = "") -> Any:
        return client.get(f"{below}/{path}{ending}{query}", headers=desk.basic)

    assert sids(ask("Transcriptions")) == expected
    assert sids(ask(recording)) == expected[1:]
    for path, there in [("Transcriptions", expected), (recording, expected[1:])]:
        body = ask(path, "?PageSize=1").json()
        link = body["next_page_uri"]
        assert link.startswith(
            f"/api/laml/2010-04-01/Accounts/{desk.sid}/{path}?Page=1&PageSize=1"
        )
        assert sids(client.get(link, headers=desk.basic)) == there[1:2]
        assert sids(ask(path, "?DateCreated%3E=2030-01-01")) == []
        assert ask(path, "?DateCreated=x").status_code == 400


def test_a_recording_without_any_has_an_empty_list(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    below = f"{mount}/Accounts/{desk.sid}"
    uri = client.get(f"{below}/Recordings/{found.pk}.json", headers=desk.basic).json()[
        "subresource_uris"
    ]["transcriptions"]

    assert sids(client.get(uri, headers=desk.basic)) == []
    assert sids(client.get(f"{below}/Transcriptions", headers=desk.basic)) == []
    for sid in (uuid4(), "x", CallRecordingFactory.create().pk):
        gone = client.get(
            f"{below}/Recordings/{sid}/Transcriptions.json", headers=desk.basic
        )
        assert (gone.status_code, gone.json()["code"]) == (404, 20404)


@pytest.mark.parametrize("ending", ["", ".json"])
def test_one_is_deleted_and_its_recording_stays(
    client: Client,
    mount: str,
    desk: speech.Client,
    text: CallTranscription,
    ending: str,
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Transcriptions/{text.pk}{ending}"
    for headers in ({}, desk.basic_with(Scope.MANAGEMENT)):
        assert client.delete(url, headers=headers).status_code == 401

    answer = client.delete(url, headers=desk.basic)

    assert (answer.status_code, answer.content) == (204, b"")
    assert client.delete(url, headers=desk.basic).json()["code"] == 20404
    assert client.get(url, headers=desk.basic).json()["code"] == 20404
    assert CallRecording.objects.filter(pk=text.call_recording_id).exists()
    event = AuditEvent.objects.get(action="call_transcription.delete")
    assert (event.object_id, event.actor_id) == (str(text.pk), desk.sid)


def test_those_of_a_recording_on_its_way_out_are_gone(
    client: Client, desk: speech.Client, text: CallTranscription
) -> None:
    Recording.objects.update(state=State.DELETING)
    url = f"/2010-04-01/Accounts/{desk.sid}/Transcriptions"

    assert sids(client.get(url, headers=desk.basic)) == []
    assert client.get(f"{url}/{text.pk}", headers=desk.basic).status_code == 404


def test_they_go_with_the_recording_to_the_account_that_gets_it(
    client: Client, desk: speech.Client
) -> None:
    nobodys = CallTranscriptionFactory.create(call_recording=speech.imported("a.wav"))

    speech.imported("a.wav", account=desk.account)

    url = f"/2010-04-01/Accounts/{desk.sid}/Transcriptions"
    assert sids(client.get(url, headers=desk.basic)) == [str(nobodys.pk)]
