"""The overview: numbers of the whole clinic, for those who see it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from medisync.accounts.models import User
from medisync.http.pages.plots import Plot, Series
from medisync.lib.objectid import new_object_id
from recordings import overview
from recordings.choices import RenditionState, Source
from recordings.models import Rendition
from tests.pages.conftest import SignedIn, signed_in
from tests.telephony.factories import RecordingFactory

__all__ = ["signed_in"]

pytestmark = pytest.mark.django_db

MINUTE_MS = 60_000


def came(days_ago: int, source: Source, minutes: int, size: int = 1000) -> Any:
    return RecordingFactory.create(
        source=source,
        created_at=timezone.now() - timedelta(days=days_ago),
        duration_ms=minutes * MINUTE_MS,
        size=size,
    )


@pytest.fixture
def page(signed_in: SignedIn, staff: User) -> Client:
    return signed_in(staff)


def tables(text: str) -> dict[str, list[list[str]]]:
    """The numbers of each plot's table, today's first."""
    found = {}
    for figure in text.split("<figure")[1:]:
        title = re.search(r'plot-title">([^<]+)<', figure)
        assert title is not None
        body = figure.partition("<tbody>")[2]
        found[title[1]] = [
            re.findall(r'<td class="number">([^<]*)<', row)
            for row in body.split("<tr>")[1:]
        ]
    return found


def test_days_are_added_up_by_source(page: Client) -> None:
    came(0, Source.VISIT, 3)
    came(0, Source.CALL, 2, size=3000)
    came(1, Source.CALL, 4)
    came(13, Source.DICTATION, 5)
    came(14, Source.DICTATION, 50)

    text = page.get("/overview/?days=14").content.decode()

    shown = tables(text)
    counts = shown["Recordings that came in"]
    assert len(counts) == 14
    assert counts[0] == ["1", "0", "1", "2"]
    assert counts[1] == ["0", "0", "1", "1"]
    assert counts[13] == ["0", "1", "0", "1"]
    assert shown["Minutes"][0] == ["3", "0", "2", "5"]
    levels = [row[0].replace("\xa0", " ") for row in shown["Originals in store"]]
    assert levels[0] == "6.8 KB"  # 7000 bytes
    assert levels[1] == "2.9 KB"  # 3000
    assert levels[13] == "2.0 KB"  # 2000
    assert text.count('role="img"') == 4
    assert "style=" not in text


def test_refused_sign_ins_are_counted(page: Client, client: Client) -> None:
    for password in ("wrong-horse-1", "wrong-horse-2"):
        body = {"email": "nobody@clinic.example", "password": password}
        client.post("/sign-in", body)

    text = page.get("/overview/").content.decode()

    refused = tables(text)["Refused sign-ins"]
    assert len(refused) == 30
    assert refused[0] == ["2"]
    assert refused[1] == ["0"]


def test_what_is_not_ready_is_told_and_linked_to(page: Client) -> None:
    recording = came(0, Source.VISIT, 1)
    for form, state in (("mp3", "failed"), ("wav", "waiting"), ("peaks", "making")):
        Rendition.objects.create(
            id=new_object_id(),
            recording=recording,
            form=form,
            recipe="x",
            state=RenditionState(state),
        )

    text = page.get("/overview/").content.decode()

    for state in ("failed", "waiting", "making"):
        link = re.search(rf'href="(/\?state={state})".*?<strong>(\d+)', text, re.DOTALL)
        assert link is not None
        assert link[2] == "1"
        assert page.get(link[1]).status_code == 200


@pytest.mark.parametrize("days", ["", "0", "-1", "x", "90", "1e9", "٣٠", "9" * 5000])
def test_any_period_is_answered(page: Client, days: str) -> None:
    answer = page.get("/overview/", {"days": days})

    assert answer.status_code == 200
    wanted = 90 if days == "90" else 30
    assert len(tables(answer.content.decode())["Minutes"]) == wanted


def test_who_looks_again_asks_little(
    page: Client, django_assert_max_num_queries: Any
) -> None:
    page.get("/overview/")

    with django_assert_max_num_queries(3):  # session, user, what is not ready
        page.get("/overview/")


def test_what_is_stored_counts_every_form(page: Client) -> None:
    recording = came(0, Source.VISIT, 1, size=500)
    Rendition.objects.create(recording=recording, form="mp3", recipe="x", size=70)
    assert overview.stored() == overview.Stored(originals=500, renditions=70)
    came(0, Source.VISIT, 1, size=500)
    assert overview.stored().originals == 500  # For some minutes.
    cache.clear()
    assert overview.stored().originals == 1000


def test_only_who_sees_the_clinic_sees_it(
    signed_in: SignedIn, doctor: User, superuser: User
) -> None:
    assert signed_in(doctor).get("/overview/").status_code == 403
    assert signed_in(superuser).get("/overview/").status_code == 200


def test_a_plot_is_as_high_as_its_highest_day() -> None:
    days = overview.last_days(4)
    one, two = Series("A", "a", [0, 3, 10, 0]), Series("B", "b", [1, 0, 10, 0])
    plot = Plot("k", "Title", days, [one, two])

    assert plot.top == 20
    assert plot.sum == "24"
    heights = [[box.height for box in row.boxes] for row in plot.rows]
    assert heights == [[50], [150], [500, 500], []]
    assert plot.rows[2].boxes[1].y == 0
    level = Plot(
        "k", "Title", days, [Series("L", "level", [0, 5, 5, 2])], is_level=True
    )
    assert level.line == "0.0,1000.0 333.3,0.0 666.7,0.0 1000.0,600.0"
    assert level.sum == "2"
    empty = Plot("k", "Title", days, [Series("E", "e", [0, 0, 0, 0])])
    assert empty.top == 1
