"""GET Recordings/{Sid}.json."""

from __future__ import annotations

import uuid
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.test import Client

from recordings.choices import State
from recordings.models import Recording
from telephony.api.laml.wire import recording_object
from telephony.choices import Scope
from telephony.models import CallRecording
from tests.telephony import speech

pytestmark = [pytest.mark.contract("laml", "2"), pytest.mark.contract("laml", "4")]

# The documented fields, in order (seed; types by contract 4).
FIELDS: dict[str, tuple[type, ...]] = {
    "sid": (str,),
    "account_sid": (str,),
    "api_version": (str,),
    "call_sid": (str, type(None)),
    "conference_sid": (type(None),),
    "channel": (str,),
    "channels": (str,),
    "date_created": (str,),
    "date_updated": (str,),
    "start_time": (str, type(None)),
    "end_time": (str, type(None)),
    "duration": (int,),
    "price": (type(None),),
    "price_unit": (str,),
    "source": (str,),
    "status": (str,),
    "error_code": (type(None),),
    "uri": (str,),
    "subresource_uris": (dict,),
    "encryption_details": (type(None),),
    "trim": (str,),
}
SOURCES = {"DialVerb", "Conference", "OutBoundApi", "Trunking", "RecordVerb"} | {
    "StartCallRecordingApi",
    "StartConferenceRecording",
}
DATES = ["date_created", "date_updated", "start_time", "end_time"]


def fetch(client: Client, url: str, headers: dict[str, str], status: int) -> Any:
    response = client.get(url, headers=headers)
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    return response.json()


def test_it_answers_every_documented_field(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.json"

    body = fetch(client, url, desk.basic, 200)

    assert list(body) == list(FIELDS)
    for field, types in FIELDS.items():
        assert type(body[field]) in types, field
    path = f"/api/laml/2010-04-01/Accounts/{desk.sid}/Recordings/{found.pk}"
    for field in DATES:
        moment = parsedate_to_datetime(body[field])
        assert moment.utcoffset() == timedelta(0)
        assert body[field].endswith(" +0000")
    assert body["source"] in SOURCES
    seconds = round(found.recording.duration_ms / 1000)
    assert body | {"date_created": "", "date_updated": ""} == {
        "sid": str(found.pk),
        "account_sid": desk.sid,
        "api_version": "2010-04-01",
        "call_sid": str(found.call_id),
        "conference_sid": None,
        "channel": "1",
        "channels": "1",
        "date_created": "",
        "date_updated": "",
        "start_time": "Mon, 11 Mar 2024 01:45:12 +0000",
        "end_time": f"Mon, 11 Mar 2024 01:45:{12 + seconds} +0000",
        "duration": seconds,
        "price": None,
        "price_unit": "USD",
        "source": "Trunking",
        "status": "completed",
        "error_code": None,
        "uri": f"{path}.json",
        "subresource_uris": {"transcriptions": f"{path}/Transcriptions.json"},
        "encryption_details": None,
        "trim": "do-not-trim",
    }


def test_the_sid_is_a_random_uuid_in_lower_case(found: CallRecording) -> None:
    assert found.pk.version == 4
    assert recording_object(found)["sid"] == str(found.pk).lower()


def test_what_is_unknown_is_null_and_there(
    client: Client, mount: str, desk: speech.Client
) -> None:
    found = speech.imported("desk.wav", account=desk.account)
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.json"

    body = fetch(client, url, desk.basic, 200)

    assert list(body) == list(FIELDS)
    assert (body["call_sid"], body["start_time"], body["end_time"]) == (None,) * 3


@pytest.mark.parametrize(("channels", "shown"), [(1, "1"), (2, "2"), (6, "2")], ids=str)
def test_channels_are_text_and_end_at_stereo(
    found: CallRecording, channels: int, shown: str
) -> None:
    found.recording.channels = channels

    body = recording_object(found)

    assert body["channel"] == body["channels"] == shown


@pytest.mark.parametrize(
    ("ms", "seconds"), [(1, 0), (499, 0), (500, 1), (1499, 1), (3_600_000, 3600)]
)
def test_duration_is_whole_seconds(found: CallRecording, ms: int, seconds: int) -> None:
    found.recording.duration_ms = ms

    assert recording_object(found)["duration"] == seconds


def test_the_uri_leads_to_the_sound(
    client: Client, desk: speech.Client, found: CallRecording
) -> None:
    # Clients cut ".json" and append what they want (contract 8.1).
    uri = recording_object(found)["uri"]

    assert fetch(client, uri, desk.basic, 200)["sid"] == str(found.pk)
    for ending, kind in [(".wav", "audio/x-wav"), (".mp3", "audio/mpeg")]:
        response = client.get(uri.removesuffix(".json") + ending)
        assert (response.status_code, response["Content-Type"]) == (200, kind)
        assert response.getvalue()


def test_either_case_of_a_uuid_names_the_same_thing(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    sid, account = str(found.pk).upper(), desk.sid.upper()
    url = f"{mount}/Accounts/{account}/Recordings/{sid}.json"

    for headers in (desk.basic, speech.basic(account, desk.token)):
        assert fetch(client, url, headers, 200)["sid"] == str(found.pk)


def test_head_answers_without_a_body(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.json"

    response = client.head(url, headers=desk.basic)

    assert (response.status_code, response.content) == (200, b"")


def test_accept_and_unknown_parameters_do_not_matter(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.json"
    query = "?IncludeSoftDeleted=true&format=xml"

    body = fetch(client, url + query, desk.basic | {"Accept": "audio/wav"}, 200)

    assert body["sid"] == str(found.pk)


# --- Who may ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        ((Scope.VOICE,), 200),
        ((Scope.VOICE, Scope.MANAGEMENT), 200),
        ((Scope.MANAGEMENT,), 401),
        ((), 401),
    ],
)
def test_it_takes_the_voice_scope(
    client: Client,
    mount: str,
    desk: speech.Client,
    found: CallRecording,
    scopes: tuple[Scope, ...],
    status: int,
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.json"

    fetch(client, url, desk.basic_with(*scopes), status)


def test_it_takes_credentials(
    client: Client,
    mount: str,
    desk: speech.Client,
    stranger: speech.Client,
    found: CallRecording,
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.json"
    wrong = [
        {},
        speech.basic(desk.sid, "wrong"),
        speech.basic(desk.sid, ""),
        speech.basic(desk.sid, desk.token.upper()),
        speech.basic(desk.sid, desk.token + "\0"),
        speech.basic(desk.sid, stranger.token),
        speech.basic(stranger.sid, desk.token),
        speech.basic(str(uuid.uuid4()), desk.token),
        speech.basic("front desk", desk.token),
        speech.basic("\0", "\0"),
        stranger.basic,
        {"Authorization": ""},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic /////w=="},
        {"Authorization": "Basic Zm9v"},
        {"Authorization": "Basic é"},
        {"Authorization": f"Bearer {desk.token}"},
        {"Authorization": desk.token},
    ]
    answers = {str(fetch(client, url, headers, 401)) for headers in wrong}

    assert len(answers) == 1  # Nothing tells which part was wrong.
    assert fetch(client, url, desk.basic, 200)
    response = client.get(url)
    assert response["WWW-Authenticate"] == 'Basic realm="MediSync"'


def test_the_scheme_is_read_in_any_case(
    client: Client, desk: speech.Client, found: CallRecording
) -> None:
    url = f"/2010-04-01/Accounts/{desk.sid}/Recordings/{found.pk}.json"
    lower = desk.basic["Authorization"].replace("Basic", "basic")

    fetch(client, url, {"Authorization": lower}, 200)


def test_an_account_in_the_path_must_be_ones_own(
    client: Client,
    mount: str,
    desk: speech.Client,
    stranger: speech.Client,
    found: CallRecording,
) -> None:
    for account in (stranger.sid, str(uuid.uuid4()), "x"):
        url = f"{mount}/Accounts/{account}/Recordings/{found.pk}.json"
        assert fetch(client, url, desk.basic, 401)["code"] == 20003


@pytest.mark.parametrize(
    "sid",
    [
        "7d2bb7a0-6f3c-4d7e-9a53-0d9b1f0c1111",
        "x",
        "RE7d2bb7a06f3c4d7e9a530d9b1f0c1111",
        "7d2bb7a06f3c4d7e9a530d9b1f0c1111",
        "%7B7d2bb7a0-6f3c-4d7e-9a53-0d9b1f0c1111%7D",
        "a%0Ab",
        "%ED%B3%BF",
        "%FF",
        "é" * 400,
    ],
)
def test_an_unknown_sid_is_not_found(
    client: Client, mount: str, desk: speech.Client, found: CallRecording, sid: str
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{sid}.json"

    assert fetch(client, url, desk.basic, 404)["code"] == 20404


def test_recordings_of_others_of_none_and_on_their_way_out_are_not_found(
    client: Client,
    mount: str,
    desk: speech.Client,
    stranger: speech.Client,
    found: CallRecording,
) -> None:
    nobodys = speech.imported("nobodys.wav")
    strangers = CallRecording.objects.get(account=stranger.account)
    url = f"{mount}/Accounts/{desk.sid}/Recordings"

    for sid in (nobodys.pk, strangers.pk):
        fetch(client, f"{url}/{sid}.json", desk.basic, 404)
        assert client.get(f"{url}/{sid}").status_code == 404
    fetch(client, f"{url}/{found.pk}.json", desk.basic, 200)
    Recording.objects.filter(pk=found.recording_id).update(state=State.DELETING)
    fetch(client, f"{url}/{found.pk}.json", desk.basic, 404)
    assert client.get(f"{url}/{found.pk}.mp3").status_code == 404
