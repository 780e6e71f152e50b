"""GET Recordings: the envelope, the filters and their dates."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from recordings.choices import State
from recordings.models import Recording
from telephony.api.laml.wire import recording_object
from telephony.choices import Scope
from telephony.models import CallRecording
from tests.telephony import speech
from tests.telephony.factories import NOON, CallFactory, CallRecordingFactory

KEYS = ["uri", "first_page_uri", "next_page_uri", "previous_page_uri", "page"]
KEYS += ["page_size", "recordings"]


def ask(client: Client, desk: speech.Client, query: str = "", mount: str = "") -> Any:
    url = f"{mount or '/2010-04-01'}/Accounts/{desk.sid}/Recordings{query}"
    return client.get(url, headers=desk.basic)


def sids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["sid"] for row in answer.json()["recordings"]]


def made(desk: speech.Client, **facts: Any) -> CallRecording:
    return CallRecordingFactory.create(account=desk.account, **facts)


@pytest.mark.contract("laml", "3.3")
@pytest.mark.parametrize("ending", ["", ".json"])
def test_it_answers_the_strict_envelope(
    client: Client, mount: str, desk: speech.Client, ending: str
) -> None:
    older, newer = made(desk), made(desk)

    answer = ask(client, desk, ending, mount)

    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert list(body) == KEYS
    path = f"/api/laml/2010-04-01/Accounts/{desk.sid}/Recordings?Page=0&PageSize=50"
    assert body == {
        "uri": path,
        "first_page_uri": path,
        "next_page_uri": None,
        "previous_page_uri": None,
        "page": 0,
        "page_size": 50,
        "recordings": [recording_object(newer), recording_object(older)],
    }


@pytest.mark.contract("laml", "3.2")
def test_it_lists_the_accounts_own_that_are_ready(
    client: Client, desk: speech.Client, stranger: speech.Client
) -> None:
    own, going = made(desk), made(desk)
    CallRecordingFactory.create()
    Recording.objects.filter(pk=going.recording_id).update(state=State.DELETING)

    assert sids(ask(client, desk)) == [str(own.pk)]
    assert len(sids(ask(client, stranger))) == 1
    url = f"/2010-04-01/Accounts/{stranger.sid}/Recordings"
    assert client.get(url, headers=desk.basic).status_code == 401
    headers = desk.basic_with(Scope.MANAGEMENT)
    url = f"/2010-04-01/Accounts/{desk.sid}/Recordings"
    assert client.get(url, headers=headers).status_code == 401


def test_an_import_is_listed_and_an_empty_list_is_no_error(
    client: Client, mount: str, desk: speech.Client
) -> None:
    assert sids(ask(client, desk, mount=mount)) == []
    imported = speech.imported(account=desk.account)
    assert sids(ask(client, desk, mount=mount)) == [str(imported.pk)]
    assert imported.created_at == imported.recording.created_at


DAY = [
    ("before midnight", datetime(2024, 3, 10, 23, 59, 59, 999999, timezone.utc)),
    ("midnight", datetime(2024, 3, 11, tzinfo=timezone.utc)),
    ("noon", NOON + timedelta(microseconds=400_000)),
    ("last", datetime(2024, 3, 11, 23, 59, 59, 999999, timezone.utc)),
    ("next day", datetime(2024, 3, 12, tzinfo=timezone.utc)),
]
ALL = [name for name, _ in DAY]


@pytest.mark.contract("laml", "3.2")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("DateCreated=2024-03-11", ALL[1:4]),
        ("DateCreated=2024-03-11T23:00:00Z", ALL[1:4]),
        ("DateCreated=Mon, 11 Mar 2024 12:00:00 %2B0000", ALL[1:4]),
        ("DateCreated=Mon, 11 Mar 2024 23:30:00 -0100", ALL[4:]),
        ("DateCreated%3E=2024-03-11", ALL[1:]),
        ("DateCreated>=2024-03-11", ALL[1:]),  # As typed by hand.
        ("DateCreated%3E=2024-03-11T12:00:00Z", ALL[2:]),
        ("DateCreated%3E=2024-03-11T12:00:01Z", ALL[3:]),
        ("DateCreated%3E=2024-03-11T12:00:00", ALL[2:]),
        ("DateCreated%3E=2024-03-11T13:00:00%2B01:00", ALL[2:]),
        ("DateCreated%3E=2024-03-11T13:00:00+01:00", ALL[2:]),
        ("DateCreated%3E=Mon, 11 Mar 2024 12:00:00 +0000", ALL[2:]),
        ("DateCreated%3E=Mon, 11 Mar 2024 13:00:00 +0100", ALL[2:]),
        ("DateCreated%3E=11 Mar 2024 12:00:00 GMT", ALL[2:]),
        ("DateCreated%3C=2024-03-11", ALL[:2]),
        ("DateCreated<=2024-03-11", ALL[:2]),
        # To the second, which is all of a time that clients are shown.
        ("DateCreated%3C=2024-03-11T12:00:00Z", ALL[:3]),
        ("DateCreated%3C=Mon, 11 Mar 2024 11:59:59 %2B0000", ALL[:2]),
        ("DateCreated%3E=2024-03-11&DateCreated%3C=2024-03-11T12:00:00Z", ALL[1:3]),
        ("DateCreated%3E=2024-03-13", []),
        ("DateCreated%3C=9999-12-31T23:59:59Z", ALL),
        ("DateCreated=9999-12-31", []),
        ("DateCreated%3E=0001-01-01", ALL),
        ("IncludeSoftDeleted=true&datecreated=2030-01-01&x=%FF", ALL),
    ],
)
def test_dates_bound_the_list(
    client: Client, desk: speech.Client, query: str, expected: list[str]
) -> None:
    for name, moment in DAY:
        made(desk, file_name=name, created_at=moment)

    found = sids(ask(client, desk, "?" + query))

    names = CallRecording.objects.in_bulk([UUID(sid) for sid in found]).values()
    assert {row.file_name for row in names} == set(expected)


@pytest.mark.contract("laml", "3.2")
def test_a_call_or_a_conference_bounds_the_list(
    client: Client, mount: str, desk: speech.Client
) -> None:
    call, conference = CallFactory.create(), uuid4()
    of_call = [made(desk, call=call), made(desk, call=call)]
    of_conference = made(desk, conference_sid=conference)
    made(desk)
    CallRecordingFactory.create(call=call)

    def found(query: str) -> list[str]:
        return sids(ask(client, desk, "?" + query, mount))

    assert found(f"CallSid={call.pk}") == [str(row.pk) for row in of_call[::-1]]
    assert found(f"CallSid={str(call.pk).upper()}&PageSize=5") == found(
        f"CallSid={call.pk}"
    )
    assert found(f"ConferenceSid={conference}") == [str(of_conference.pk)]
    assert found(f"CallSid={call.pk}&ConferenceSid={conference}") == []
    assert found(f"CallSid={uuid4()}") == []
    first_two = f"CallSid={call.pk}&DateCreated%3C=2024-01-01"
    assert found(first_two) == []


@pytest.mark.contract("laml", "7")
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("PageSize=0", 54454),
        ("PageSize=-1", 54454),
        ("PageSize=", 54454),
        ("PageSize=ten", 54454),
        ("PageSize=1e3", 54454),
        ("PageSize=%D9%A3", 54454),
        ("PageSize=" + "9" * 1000, 54454),
        ("Page=-1", 10000),
        ("Page=x", 10000),
        ("Page=", 10000),
        ("Page=" + "9" * 18, 10000),
        ("DateCreated=yesterday", 10000),
        ("DateCreated=", 10000),
        ("DateCreated=2024-13-01", 10000),
        ("DateCreated=2024-02-30", 10000),
        ("DateCreated%3E=2024-03-11T25:00:00Z", 10000),
        ("DateCreated%3E=2024-03-11 12:00", 10000),
        ("DateCreated%3E=Mon, 32 Mar 2024 12:00:00 %2B0000", 10000),
        ("DateCreated%3E=0001-01-01T00:00:00%2B01:00", 10000),
        ("DateCreated%3C=1710158400", 10000),
        ("DateCreated%3C=%00", 10000),
        ("DateCreated%3C=%FF", 10000),
        ("DateCreated%3C=" + "9" * 5000, 10000),
        ("DateCreated%3C=Mon, 11 Mar 2024 12:00:00 %2B" + "9" * 400, 10000),
        ("CallSid=x", 10000),
        ("CallSid=", 10000),
        ("CallSid=CA7d2bb7a06f3c4d7e9a530d9b1f0c1111", 10000),
        ("ConferenceSid=%00", 10000),
    ],
)
def test_it_refuses_what_it_cannot_read(
    client: Client, mount: str, desk: speech.Client, query: str, code: int
) -> None:
    made(desk)

    answer = ask(client, desk, "?" + query, mount)

    assert answer.status_code == 400
    body = answer.json()
    assert (body["status"], body["code"]) == (400, code)
    assert list(body) == ["code", "message", "more_info", "status"]


@pytest.mark.contract("laml", "3.2")
def test_a_page_is_of_a_thousand_at_most(client: Client, desk: speech.Client) -> None:
    made(desk)

    sizes = [("1000", 1000), ("1001", 1000), ("5000", 1000), ("1", 1)]
    for asked, shown in [*sizes, (sys.maxsize, 1000)]:
        body = ask(client, desk, f"?PageSize={asked}").json()
        assert body["page_size"] == shown
        assert f"PageSize={shown}" in body["uri"]


def test_the_number_of_queries_does_not_grow(
    client: Client,
    desk: speech.Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(12):
        made(desk, call=CallFactory.create())
    second = ask(client, desk, "?PageSize=5").json()["next_page_uri"]

    for url in (f"/2010-04-01/Accounts/{desk.sid}/Recordings", second):
        with django_assert_max_num_queries(3):
            client.get(url, headers=desk.basic)


def test_head_and_other_methods(
    client: Client, mount: str, desk: speech.Client
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings.json"

    head = client.head(url, headers=desk.basic)

    assert (head.status_code, head.content) == (200, b"")
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = client.generic(method, url, headers=desk.basic)
        assert (answer.status_code, answer.json()["code"]) == (405, 20004)
