"""Recordings as those of their call or their conference."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from telephony.api.laml.wire import recording_object
from telephony.models import Call, CallRecording
from tests.telephony import speech
from tests.telephony.factories import CallFactory, CallRecordingFactory

pytestmark = pytest.mark.contract("laml", "3")

CONFERENCE = UUID("6d1f3a52-9c0e-4b57-8a44-3c1e5f7a9b20")


class Parent:
    """A call or a conference with two recordings of the account's."""

    def __init__(self, kind: str, desk: speech.Client) -> None:
        self.kind, self.desk = kind, desk
        facts: dict[str, Any] = {"conference_sid": CONFERENCE}
        if kind == "Calls":
            facts = {"call": CallFactory.create(sid=CONFERENCE)}
        self.older, self.newer = CallRecordingFactory.create_batch(
            2, account=desk.account, **facts
        )
        self.strangers = CallRecordingFactory.create(**facts)
        self.elsewhere = CallRecordingFactory.create(account=desk.account)

    def path(self, sid: object = CONFERENCE) -> str:
        return f"/2010-04-01/Accounts/{self.desk.sid}/{self.kind}/{sid}/Recordings"


@pytest.fixture(params=["Calls", "Conferences"])
def parent(request: pytest.FixtureRequest, desk: speech.Client) -> Parent:
    return Parent(request.param, desk)


@pytest.fixture(params=["", "/api/laml"])
def at(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["sid"] for row in answer.json()["recordings"]]


@pytest.mark.parametrize("ending", ["", ".json"])
def test_the_list_is_the_parents(
    client: Client, desk: speech.Client, parent: Parent, at: str, ending: str
) -> None:
    url = at + parent.path() + ending
    expected = [str(parent.newer.pk), str(parent.older.pk)]

    answer = client.get(url, headers=desk.basic)

    assert sids(answer) == expected
    path = f"/api/laml{parent.path()}?Page=0&PageSize=50"
    assert (answer.json()["uri"], answer.json()["next_page_uri"]) == (path, None)
    assert sids(client.get(f"{url}?DateCreated=2024-01-01", headers=desk.basic)) == []
    first = client.get(f"{url}?PageSize=1", headers=desk.basic)
    link = first.json()["next_page_uri"]
    assert link.startswith(f"/api/laml{parent.path()}?")
    second = client.get(link, headers=desk.basic)
    assert [*sids(first), *sids(second)] == expected
    upper = at + parent.path(str(CONFERENCE).upper())
    assert sids(client.get(upper, headers=desk.basic)) == expected


def test_a_parent_without_recordings_has_an_empty_list(
    client: Client, desk: speech.Client, parent: Parent, at: str
) -> None:
    assert sids(client.get(at + parent.path(uuid4()), headers=desk.basic)) == []
    answer = client.get(at + parent.path("x"), headers=desk.basic)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


@pytest.mark.parametrize("ending", ["", ".json"])
def test_one_of_them_is_fetched(
    client: Client, desk: speech.Client, parent: Parent, at: str, ending: str
) -> None:
    url = at + parent.path()

    answer = client.get(f"{url}/{parent.newer.pk}{ending}", headers=desk.basic)

    assert answer.status_code == 200
    assert answer.json() == recording_object(parent.newer)
    of_call = parent.kind == "Calls"
    assert answer.json()["call_sid"] == (str(CONFERENCE) if of_call else None)
    assert answer.json()["conference_sid"] == (None if of_call else str(CONFERENCE))
    assert answer.json()["source"] == ("Trunking" if of_call else "Conference")
    for other in (parent.elsewhere, parent.strangers):
        gone = client.get(f"{url}/{other.pk}{ending}", headers=desk.basic)
        assert (gone.status_code, gone.json()["code"]) == (404, 20404)


@pytest.mark.contract(
    "laml",
    "3.4",
    "DELETE /Accounts/{AccountSid}/Conferences/{ConferenceSid}/Recordings/{Sid}",
)
def test_one_of_a_conference_is_deleted(
    client: Client, desk: speech.Client, at: str
) -> None:
    conference = Parent("Conferences", desk)
    url = f"{at}{conference.path()}/{conference.newer.pk}.json"

    assert client.delete(url, headers=desk.basic).status_code == 204
    assert client.delete(url, headers=desk.basic).status_code == 404
    assert not CallRecording.objects.filter(pk=conference.newer.pk).exists()


def test_a_conferences_recording_is_imported(
    client: Client, desk: speech.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command(
        *("import_recordings", str(speech.PROMPT), "--account-sid", desk.sid),
        *("--conference-sid", str(CONFERENCE), "--json"),
    )

    url = f"/2010-04-01/Accounts/{desk.sid}/Conferences/{CONFERENCE}/Recordings"
    assert len(sids(client.get(url, headers=desk.basic))) == 1
    assert '"call_sid": null' in capsys.readouterr().out
    assert not Call.objects.exists()
