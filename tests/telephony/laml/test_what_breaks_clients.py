"""What the vendors' libraries fail on, row by row of the contract's table (4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from telephony.models import CallRecording
from tests.telephony import speech
from tests.telephony.factories import CallRecordingFactory, CallTranscriptionFactory

pytestmark = pytest.mark.contract("laml", "4.1")

#: signalwire 2.1.1 raises KeyError where one of these is missing.
NEEDED = {
    "recordings": "sid account_sid api_version call_sid conference_sid date_created"
    " date_updated start_time duration price price_unit source status error_code uri"
    " channels encryption_details",
    "transcriptions": "sid account_sid api_version date_created date_updated duration"
    " price price_unit recording_sid status transcription_text uri",
    "accounts": "auth_token date_created date_updated friendly_name sid status"
    " subresource_uris type uri",
}
DATES = ["date_created", "date_updated", "start_time", "end_time"]
RFC2822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000")
ENVELOPE = {"uri", "first_page_uri", "next_page_uri", "previous_page_uri", "page"}
ENVELOPE |= {"page_size"}


class Everything:
    """Every list and every object of an account that has one of each."""

    def __init__(self, client: Client, mount: str, desk: speech.Client) -> None:
        self.client, self.desk = client, desk
        row = speech.imported(account=desk.account)
        CallRecordingFactory.create(account=desk.account)  # Of no call.
        text = CallTranscriptionFactory.create(call_recording=row)
        below = f"{mount}/Accounts/{desk.sid}"
        self.lists = {
            f"{below}/Recordings": "recordings",
            f"{below}/Calls/{row.call_id}/Recordings": "recordings",
            f"{below}/Conferences/{row.call_id}/Recordings": "recordings",
            f"{below}/Transcriptions": "transcriptions",
            f"{below}/Recordings/{row.pk}/Transcriptions": "transcriptions",
            f"{mount}/Accounts": "accounts",
        }
        self.ones = {
            f"{below}/Recordings/{row.pk}.json": "recordings",
            f"{below}/Calls/{row.call_id}/Recordings/{row.pk}.json": "recordings",
            f"{below}/Transcriptions/{text.pk}.json": "transcriptions",
            f"{below}.json": "accounts",
        }

    def get(self, url: str) -> Any:
        answer = self.client.get(url, headers=self.desk.basic)
        assert answer.status_code == 200
        assert answer.content  # An empty body is a decoder's error.
        return answer.json()

    def objects(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for url, key in self.ones.items():
            yield key, self.get(url)
        for url, key in self.lists.items():
            for row in self.get(url)[key]:
                yield key, row


@pytest.fixture
def everything(
    client: Client, mount: str, desk: speech.Client, settings: Any
) -> Everything:
    settings.TIME_ZONE = "Asia/Kolkata"  # The clinic's clock must not show through.
    return Everything(client, mount, desk)


def test_no_key_is_missing(everything: Everything) -> None:
    for key, row in everything.objects():
        assert set(row) >= set(NEEDED[key].split())


def test_a_date_is_rfc_2822_in_utc_or_null(everything: Everything) -> None:
    seen = 0
    for _, row in everything.objects():
        for name in DATES:
            if row.get(name) is not None:
                assert RFC2822.fullmatch(row[name])
                seen += 1
        assert row["date_created"]
        assert row["date_updated"]
    assert seen > 10


def test_a_price_is_a_decimal_or_null(everything: Everything) -> None:
    for key, row in everything.objects():
        if key != "accounts":
            assert row["price"] is None or Decimal(row["price"])
            assert row["price_unit"] == "USD"


def test_channels_and_error_code_can_be_made_numbers_of(
    everything: Everything,
) -> None:
    for key, row in everything.objects():
        if key == "recordings":
            assert row["channels"] in ("1", "2")
            assert row["error_code"] is None
            assert type(row["duration"]) is int


def test_an_envelope_has_no_other_key(everything: Everything) -> None:
    for url, key in everything.lists.items():
        for ending in ("", ".json"):
            assert set(everything.get(url + ending)) == ENVELOPE | {key}


def test_a_link_is_a_path_or_null(everything: Everything) -> None:
    CallRecording.objects.update(account=everything.desk.account)
    for url in everything.lists:
        body = everything.get(f"{url}?PageSize=1")
        for name in ("uri", "first_page_uri", "next_page_uri", "previous_page_uri"):
            assert body[name] is None or body[name].startswith("/api/laml/2010-04-01/")
        # One that leads to itself would be followed for ever.
        assert body["next_page_uri"] != body["uri"]


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST", "PUT"])
def test_a_refusal_is_an_object_with_a_number_for_its_code(
    everything: Everything, method: str
) -> None:
    client, seen = everything.client, set()
    for url in [*everything.lists, *everything.ones]:
        for path in (url, f"{url}/nothing", f"{url}?PageSize=x"):
            for headers in ({}, speech.basic(everything.desk.sid, "wrong")):
                answer = client.generic(method, path, headers=headers)
                body = answer.json()
                assert isinstance(body, dict)
                assert type(body["code"]) is int
                assert body["status"] == answer.status_code
                assert answer["Content-Type"] == "application/json"
                seen.add(answer.status_code)
    assert 401 in seen
