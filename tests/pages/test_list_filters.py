from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from medisync.accounts.models import User
from recordings.choices import Form, RenditionState, Source
from recordings.models import Recording, Rendition
from tests.pages.conftest import SignedIn
from tests.pages.test_list import places, row, titles

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=timezone.utc)


def test_staff_filter_by_doctor(
    signed_in: SignedIn, staff: User, doctor: User, other_doctor: User
) -> None:
    row(doctor, "Knee")
    row(other_doctor, "Hip")

    assert titles(signed_in(staff), f"?doctor={doctor.pk}") == ["Knee"]


def test_a_doctor_is_asked_for_none(
    signed_in: SignedIn, doctor: User, other_doctor: User
) -> None:
    row(doctor, "Knee")
    row(other_doctor, "Hip")
    client = signed_in(doctor)

    assert titles(client, f"?doctor={other_doctor.pk}") == ["Knee"]
    assert other_doctor.doctor_name not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?since=2026-05-04", ["late", "noon", "early"]),
        ("?since=2026-05-05", ["late"]),
        ("?until=2026-05-03", ["before"]),
        ("?since=2026-05-04&until=2026-05-04", ["noon", "early"]),
        ("?since=2026-05-06", []),
    ],
)
def test_days_are_whole_and_the_clinics_own(
    signed_in: SignedIn, doctor: User, settings: object, query: str, found: list[str]
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"  # type: ignore[attr-defined]
    midnight = datetime(2026, 5, 3, 22, tzinfo=timezone.utc)  # There.
    for title, moment in {
        "before": midnight - timedelta(microseconds=1),
        "early": midnight,
        "noon": NOON,
        "late": midnight + timedelta(days=1),
    }.items():
        row(doctor, title, recorded_at=moment)

    assert titles(signed_in(doctor), query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?longer=1", {"1:00", "1:30"}),
        ("?shorter=1", {"0:59", "1:00"}),
        ("?longer=1&shorter=1", {"1:00"}),
        ("?shorter=0", set()),
    ],
)
def test_it_filters_by_length(
    signed_in: SignedIn, doctor: User, query: str, found: set[str]
) -> None:
    for title, duration in {"0:59": 59_000, "1:00": 60_000, "1:30": 90_000}.items():
        row(doctor, title, duration_ms=duration)

    assert set(titles(signed_in(doctor), query)) == found


def test_it_filters_by_the_state_of_the_forms(
    signed_in: SignedIn, doctor: User
) -> None:
    for state in RenditionState:
        recording = row(doctor, str(state))
        for form, now in {Form.WAV: RenditionState.READY, Form.MP3: state}.items():
            Rendition.objects.create(
                recording=recording, form=form, recipe=form, state=now
            )
    client = signed_in(doctor)

    for state in RenditionState:
        assert titles(client, f"?state={state}") == [str(state)]


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("", "cba"),
        ("newest", "cba"),
        ("oldest", "abc"),
        ("longest", "acb"),
        ("shortest", "bca"),
    ],
)
def test_it_sorts(signed_in: SignedIn, doctor: User, sort: str, found: str) -> None:
    for hours, (title, seconds) in enumerate([("a", 30), ("b", 10), ("c", 20)]):
        row(
            doctor,
            title,
            recorded_at=NOON + timedelta(hours=hours),
            duration_ms=seconds * 1000,
        )

    assert titles(signed_in(doctor), f"?sort={sort}") == list(found)


@pytest.mark.parametrize("sort", ["newest", "oldest", "longest", "shortest"])
def test_each_is_on_one_page_both_ways(
    signed_in: SignedIn, doctor: User, sort: str
) -> None:
    for number in range(60):
        # Of one moment and one length: what tells them apart is not shown.
        row(doctor, str(number), recorded_at=NOON, duration_ms=1000)
    client = signed_in(doctor)

    query, shown, ways = f"?sort={sort}", [titles(client, f"?sort={sort}")], []
    while following := places(client, query).get("next"):
        query = following
        ways.append(query)
        shown.append(titles(client, query))

    assert [len(page) for page in shown] == [25, 25, 10]
    assert {title for page in shown for title in page} == {str(n) for n in range(60)}
    second = places(client, query)["prev"]
    assert titles(client, second) == shown[1]
    assert titles(client, places(client, second)["prev"]) == shown[0]


def test_what_arrives_moves_nothing(signed_in: SignedIn, doctor: User) -> None:
    for number in range(50):
        row(doctor, str(number), recorded_at=NOON + timedelta(minutes=number))
    client = signed_in(doctor)
    following = places(client, "")["next"]
    second = titles(client, following)

    row(doctor, "new", recorded_at=NOON + timedelta(days=1))
    Recording.objects.filter(title="25").delete()  # The first page's last.

    assert titles(client, following) == second
    # No whole page is before it: the list begins anew.
    assert titles(client, places(client, following)["prev"])[0] == "new"


def test_a_cursor_of_another_sort_begins_anew(
    signed_in: SignedIn, doctor: User
) -> None:
    for number in range(30):
        row(doctor, str(number))
    client = signed_in(doctor)
    following = places(client, "")["next"]

    assert titles(client, f"{following}&sort=longest") == titles(
        client, "?sort=longest"
    )


def test_a_bad_date_narrows_nothing_and_is_told(
    signed_in: SignedIn, doctor: User
) -> None:
    row(doctor, "Knee", source=Source.DICTATION)
    row(doctor, "Hip")

    answer = signed_in(doctor).get("/?since=2026-02-30&source=dictation")

    assert "Enter a valid date" in answer.content.decode()
    assert "Knee" in answer.content.decode()
    assert "Hip" not in answer.content.decode()
