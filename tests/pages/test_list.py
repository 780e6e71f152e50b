from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment
from medisync.accounts.models import User
from recordings.choices import Source
from recordings.models import Recording
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn

pytestmark = pytest.mark.django_db


def row(doctor: User | None, title: str, **facts: Any) -> Recording:
    """A recording's row alone: a list reads no audio."""
    recording = Recording(
        doctor=doctor,
        title=title,
        **{
            "source": Source.VISIT,
            "file_name": "dictaphone.wav",
            "sha256": "0" * 64,
            "size": 44_144,
            "container": "wav",
            "codec": "pcm_s16le",
            "sample_rate": 22050,
            "channels": 1,
            "duration_ms": 65_400,
            "origin": "test",
            **facts,
        },
    )
    recording.key = f"originals/{recording.pk}"
    recording.save()
    return recording


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/{query}")
    assert answer.status_code == 200
    return re.findall(r'class="title" href="[^"]+">([^<]+)<', answer.content.decode())


def test_it_shows_who_may_what(
    signed_in: SignedIn,
    doctor: User,
    other_doctor: User,
    staff: User,
    superuser: User,
) -> None:
    row(doctor, "Knee")
    row(other_doctor, "Hip")
    row(None, "Call from the lab", source=Source.CALL)

    assert titles(signed_in(doctor)) == ["Knee"]
    assert titles(signed_in(other_doctor)) == ["Hip"]
    for everything in (staff, superuser):
        assert set(titles(signed_in(everything))) == {
            "Knee",
            "Hip",
            "Call from the lab",
        }


def test_a_row_says_who_when_how_long_and_what(
    signed_in: SignedIn, doctor: User
) -> None:
    patient = PatientFactory.create(
        doctor=doctor, first_name="Siobhán", last_name="O'Rourke"
    )
    appointment = AppointmentFactory.create(doctor=doctor, patient=patient)
    row(doctor, "Knee", appointment=appointment)

    text = signed_in(doctor).get("/").content.decode()

    for fact in ("Siobhán O&#x27;Rourke", doctor.doctor_name, ">1:05<"):
        assert fact in text
    assert '<span class="pill visit">Visit</span>' in text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("knee", {"Knee, left"}),
        ("KNEE", {"Knee, left"}),
        ("orourke", set()),
        ("o'rourke", {"Knee, left"}),
        ("SIOBHÁN", {"Knee, left"}),
        ("siobhán left", {"Knee, left"}),
        ("siobhán right", set()),
        ("okafor", {"Knee, left", "Letter 100%"}),
        ("hospital-letter", {"Letter 100%"}),
        ("100%", {"Letter 100%"}),
        ("_", set()),
        ("%", set()),
        ("siob rour", {"Knee, left"}),
        ("siobhan", {"Knee, left"}),
        ("iobhan", set()),
        ("100 opus mira", {"Letter 100%"}),
        ("  ", {"Knee, left", "Letter 100%"}),
        ("'; --", set()),
        ("\\", set()),
    ],
)
def test_every_word_is_searched_for(
    signed_in: SignedIn, doctor: User, words: str, found: set[str]
) -> None:
    patient = PatientFactory.create(
        doctor=doctor, first_name="Siobhán", last_name="O'Rourke"
    )
    appointment = AppointmentFactory.create(doctor=doctor, patient=patient)
    row(doctor, "Knee, left", appointment=appointment)
    row(doctor, "Letter 100%", file_name="hospital-letter.opus")
    client = signed_in(doctor)

    answer = client.get("/", {"q": words})

    shown = re.findall(r'class="title"[^>]+>([^<]+)<', answer.content.decode())
    assert set(shown) == found


def test_a_search_finds_no_one_elses(
    signed_in: SignedIn, doctor: User, other_doctor: User
) -> None:
    row(other_doctor, "Hip")

    assert titles(signed_in(other_doctor), "?q=hip") == ["Hip"]
    assert titles(signed_in(doctor), "?q=hip") == []


def test_it_filters_by_source(signed_in: SignedIn, staff: User, doctor: User) -> None:
    for source in Source:
        row(doctor, str(source.label), source=source)
    client = signed_in(staff)

    for source in Source:
        assert titles(client, f"?source={source}") == [str(source.label)]
    assert len(titles(client, "?source=")) == 3


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?q=a%00b&source=visit",
        "?source=%00",
        "?source=unknown",
        f"?q={'x' * 5000}",
        "?q=%ff%fe",
        "?q=%ed%a0%80",
        f"?q={'a+' * 90}",
        "?after=0",
        "?before=%00&after=%00",
        "?before=%ed%a0%80",
        f"?after={'W1tdXQ:' * 2000}",
        "?q=a&q=b&after=1&after=2",
        "?doctor=%00",
        "?doctor=unknown&state=unknown&sort=unknown",
        "?since=0001-01-01&until=9999-12-31",
        "?since=%00&until=2026-02-30",
        "?longer=-1&shorter=99999999999999999999999",
        "?longer=x&shorter=%00",
    ],
)
def test_no_query_breaks_it(signed_in: SignedIn, doctor: User, query: str) -> None:
    row(doctor, "Knee")

    assert signed_in(doctor).get(f"/{query}").status_code == 200


def places(client: Client, query: str) -> dict[str, str]:
    """The links to the pages around one, as ``rel`` and query."""
    text = client.get(f"/{query}").content.decode()
    return {
        rel: unescape(href)
        for rel, href in re.findall(r'rel="(prev|next)" href="([^"]+)"', text)
    }


def test_pages_keep_the_search(signed_in: SignedIn, doctor: User) -> None:
    for number in range(30):
        row(doctor, f"Knee {number}")
    row(doctor, "Hip")
    client = signed_in(doctor)

    first = places(client, "?q=knee&source=visit")
    assert list(first) == ["next"]
    assert first["next"].startswith("?q=knee&source=visit&after=")
    assert len(titles(client, first["next"])) == 5

    last = places(client, first["next"])
    assert list(last) == ["prev"]
    assert len(titles(client, last["prev"])) == 25


def test_a_long_list_costs_no_more_queries(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    row(doctor, "Knee", appointment=AppointmentFactory.create(doctor=doctor))
    few = queries()
    for number in range(20):
        patient = PatientFactory.create(doctor=doctor)
        appointment = AppointmentFactory.create(doctor=doctor, patient=patient)
        row(doctor, f"Knee {number}", appointment=appointment)

    assert queries() == few <= 4


def test_empty_states_say_what_to_do(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)

    assert "No recordings yet" in client.get("/").content.decode()
    assert "Nothing matches" in client.get("/?q=knee").content.decode()


def test_a_deleted_appointment_leaves_its_recording(
    signed_in: SignedIn, doctor: User
) -> None:
    appointment = AppointmentFactory.create(doctor=doctor)
    recording = row(doctor, "Knee", appointment=appointment)
    Appointment.objects.filter(pk=appointment.pk).delete()
    client = signed_in(doctor)

    assert titles(client) == ["Knee"]
    page = client.get(f"/recordings/{recording.pk}/").content.decode()
    assert "<dt>Appointment</dt><dd>Deleted</dd>" in page
