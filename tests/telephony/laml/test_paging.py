"""Pages of a list, forward and back, while recordings come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from telephony.api.laml.paging import Cursor
from telephony.models import CallRecording
from tests.telephony import speech
from tests.telephony.factories import NOON, CallFactory, CallRecordingFactory

pytestmark = pytest.mark.contract("laml", "3.3")


class Walker:
    """Follows links as libraries do: a path on the host that was asked first."""

    def __init__(self, client: Client, desk: speech.Client) -> None:
        self.client, self.desk = client, desk

    def page(self, uri: str) -> Any:
        assert uri.startswith("/api/laml/2010-04-01/Accounts/")
        answer = self.client.get(uri, headers=self.desk.basic)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def first(self, query: str = "") -> Any:
        return self.page(
            f"/api/laml/2010-04-01/Accounts/{self.desk.sid}/Recordings{query}"
        )

    def walk(self, page: Any, link: str = "next_page_uri") -> Iterator[Any]:
        while page[link]:
            page = self.page(page[link])
            yield page


@pytest.fixture
def walker(client: Client, desk: speech.Client) -> Walker:
    return Walker(client, desk)


def add(desk: speech.Client, number: int, **facts: Any) -> list[str]:
    """New recordings, newest first."""
    rows = CallRecordingFactory.create_batch(number, account=desk.account, **facts)
    return [str(row.pk) for row in rows[::-1]]


def sids(page: Any) -> list[str]:
    return [row["sid"] for row in page["recordings"]]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 6, 7])
def test_every_recording_is_on_one_page(
    walker: Walker, desk: speech.Client, number: int
) -> None:
    expected = add(desk, number)
    first = walker.first("?PageSize=3")

    pages = [first, *walker.walk(first)]

    assert [sid for page in pages for sid in sids(page)] == expected
    # A full last page has no link to an empty one.
    assert len(pages) == max(1, -(-number // 3))
    assert [page["page"] for page in pages] == [*range(len(pages))]
    assert pages[-1]["next_page_uri"] is None
    assert {page["first_page_uri"] for page in pages} == {first["uri"]}
    for page in pages:
        assert sids(walker.page(page["uri"])) == sids(page)


def test_the_way_back_shows_the_same_pages(walker: Walker, desk: speech.Client) -> None:
    add(desk, 7)
    first = walker.first("?PageSize=3")
    forward = [first, *walker.walk(first)]

    back = [*walker.walk(forward[-1], "previous_page_uri")]

    assert [sids(page) for page in back[::-1]] == [sids(page) for page in forward[:-1]]
    assert [page["page"] for page in back] == [1, 0]
    assert back[-1]["previous_page_uri"] is None
    assert [sids(page) for page in walker.walk(back[-1])] == [
        sids(page) for page in forward[1:]
    ]


def test_pages_stay_as_they_were_while_recordings_arrive(
    walker: Walker, desk: speech.Client
) -> None:
    expected = add(desk, 6)
    first = walker.first("?PageSize=2")
    new = add(desk, 3)

    second, third = walker.walk(first)

    assert [*sids(first), *sids(second), *sids(third)] == expected
    assert sids(walker.page(third["previous_page_uri"])) == sids(second)
    again = walker.page(second["previous_page_uri"])
    assert sids(again) == sids(first)
    assert (again["page"], again["previous_page_uri"]) == (0, None)
    assert sids(walker.page(again["first_page_uri"])) == new[:2]


def test_pages_go_on_beyond_what_is_deleted(
    walker: Walker, desk: speech.Client
) -> None:
    expected = add(desk, 6)
    first = walker.first("?PageSize=2")
    CallRecording.objects.filter(pk__in=[expected[1], expected[2]]).delete()

    second = walker.page(first["next_page_uri"])

    assert sids(second) == expected[3:5]
    assert sids(walker.page(second["previous_page_uri"])) == expected[:1]
    CallRecording.objects.all().delete()
    nothing = walker.page(first["next_page_uri"])
    assert (sids(nothing), nothing["next_page_uri"]) == ([], None)
    assert nothing["previous_page_uri"] is None


def test_recordings_of_one_instant_are_told_apart_by_sid(
    walker: Walker, desk: speech.Client
) -> None:
    add(desk, 5, created_at=NOON)
    first = walker.first("?PageSize=2")

    pages = [first, *walker.walk(first)]

    found = [sid for page in pages for sid in sids(page)]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 5
    assert [sids(page) for page in walker.walk(pages[-1], "previous_page_uri")] == [
        sids(page) for page in pages[1::-1]
    ]


def test_links_carry_every_filter(walker: Walker, desk: speech.Client) -> None:
    call = CallFactory.create()
    expected = add(desk, 3, call=call)
    add(desk, 3)
    filters = {
        "DateCreated<": "Tue, 12 Mar 2999 00:00:00 +0000",
        "DateCreated>": "2024-01-01",
        "CallSid": str(call.pk),
    }
    query = "?PageSize=2&" + "&".join(
        f"{name}={value}".replace("+", "%2B") for name, value in filters.items()
    )
    first = walker.first(query + "&IncludeSoftDeleted=true")

    (second,) = walker.walk(first)

    assert [*sids(first), *sids(second)] == expected
    for link in (
        *(first["uri"], first["first_page_uri"], first["next_page_uri"]),
        *(second["uri"], second["previous_page_uri"]),
    ):
        asked = dict(parse_qsl(urlsplit(link).query))
        assert asked.items() >= {**filters, "PageSize": "2"}.items()
        assert set(asked) <= {*filters, "Page", "PageSize", "PageToken"}


@pytest.mark.contract("laml", "3.2")
def test_a_page_may_be_asked_for_by_its_number_alone(
    walker: Walker, desk: speech.Client
) -> None:
    expected = add(desk, 5)

    third = walker.first("?Page=2&PageSize=2")

    assert (sids(third), third["page"]) == (expected[4:], 2)
    second = walker.page(third["previous_page_uri"])
    assert (sids(second), second["page"]) == (expected[2:4], 1)
    beyond = walker.first("?Page=999999999&PageSize=1000")
    assert (sids(beyond), beyond["next_page_uri"]) == ([], None)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "PA",
        "x",
        "PC" + "A" * 32,
        "pa" + "A" * 32,
        "PA" + "A" * 31,
        "PA" + "A" * 33,
        "PA" + "A" * 31 + "=",
        "PA" + "A" * 31 + "%0A",
        "PA" + "_" * 32,  # A year that no calendar has.
        "PA7d2bb7a0-6f3c-4d7e-9a53-0d9b1f0c1111",
        "%00",
        "%FF" * 34,
    ],
)
def test_a_token_that_is_no_link_of_ours_is_refused(
    client: Client, mount: str, desk: speech.Client, token: str
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings?Page=1&PageToken={token}"

    answer = client.get(url, headers=desk.basic)

    assert (answer.status_code, answer.json()["code"]) == (400, 21481)


def test_a_token_begins_as_documented_and_names_one_place(
    walker: Walker, desk: speech.Client
) -> None:
    add(desk, 3)
    first = walker.first("?PageSize=1")
    second = walker.page(first["next_page_uri"])

    for link, start in [("next_page_uri", "PA"), ("previous_page_uri", "PB")]:
        token = dict(parse_qsl(urlsplit(second[link]).query))["PageToken"]
        assert token.startswith(start)
        assert str(Cursor.parse(token)) == token
        assert Cursor.parse(token).sid == CallRecording.objects.all()[1].pk
