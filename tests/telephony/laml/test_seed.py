"""The page "Retrieve a Recording", example by example."""

from __future__ import annotations

import pytest
from django.test import Client

from telephony.access import call_recording_named
from telephony.choices import Scope
from telephony.models import CallRecording
from tests.telephony import speech

pytestmark = [
    pytest.mark.contract("laml", "1"),
    pytest.mark.contract("laml", "3.1"),
    pytest.mark.contract("laml", "4"),
]

BASE = "/api/laml/2010-04-01/Accounts/{AccountSid}/Recordings/{Sid}"


def filled(path: str, found: CallRecording) -> str:
    return path.format(AccountSid=found.account_id, Sid=found.pk)


@pytest.mark.parametrize("path", [BASE, BASE + ".wav"])
def test_retrieve_wav_file(client: Client, found: CallRecording, path: str) -> None:
    response = client.get(filled(path, found))

    assert response.status_code == 200
    wav = response.getvalue()
    assert (wav[:4], wav[8:12]) == (b"RIFF", b"WAVE")


def test_retrieve_mp3_file(client: Client, found: CallRecording) -> None:
    response = client.get(filled(BASE + ".mp3", found))

    assert (response.status_code, response["Content-Type"]) == (200, "audio/mpeg")
    assert response.getvalue()


def test_retrieve_metadata(
    client: Client, desk: speech.Client, found: CallRecording
) -> None:
    voice = desk.basic_with(Scope.VOICE)

    response = client.get(filled(BASE + ".json", found), headers=voice)

    assert response.status_code == 200
    assert response.json()["sid"] == str(found.pk)
    assert client.get(filled(BASE + ".json", found)).status_code == 401


def test_a_recording_is_known_by_sid_and_by_file_name(
    client: Client, found: CallRecording
) -> None:
    assert call_recording_named(speech.CALL_NAME).pk == found.pk
    assert client.head(filled(BASE, found)).status_code == 200
