"""Patients on the pages: found by name, added, changed, with their timeline."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import timeline
from appointments.models import Patient
from appointments.timeline import Entry
from appointments.views import PATIENTS_SIZE, STORY_SIZE
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import Note
from notes.services import save_notes
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn


def trail() -> Any:
    """What was done since somebody signed in."""
    return AuditEvent.objects.exclude(action="user.sign_in")


@pytest.fixture
def browser(signed_in: SignedIn, doctor: User) -> Client:
    return signed_in(doctor)


@pytest.fixture
def lena(doctor: User) -> Patient:
    return PatientFactory.create(
        doctor=doctor, last_name="Vogel", contact={"phone": "1", "fax": "2"}
    )


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [str(patient) for patient in answer.context["patients"]]


class TestSearch:
    def find(self, browser: Client, text: str) -> list[str]:
        return names(browser.post("/patients/", {"find": text}))

    def test_every_word_begins_a_name(self, browser: Client, doctor: User) -> None:
        for first, last in (("Ada", "Öz-Lenz"), ("Lena", "Vogel"), ("A_a", "Olé")):
            PatientFactory.create(doctor=doctor, first_name=first, last_name=last)

        assert self.find(browser, "lEn") == ["Lena Vogel", "Ada Öz-Lenz"]
        assert self.find(browser, "vog len") == ["Lena Vogel"]
        assert self.find(browser, "öz") == ["Ada Öz-Lenz"]
        assert self.find(browser, "ena") == []
        assert self.find(browser, "a_") == ["A_a Olé"]
        assert self.find(browser, "%") == []
        assert self.find(browser, "\0") == []
        assert len(self.find(browser, "  ")) == 3

    def test_a_new_name_is_found_and_the_old_one_is_not(
        self, browser: Client, lena: Patient
    ) -> None:
        lena.last_name = "Amsel"
        lena.save(update_fields=["last_name"])

        assert self.find(browser, "ams") == ["Lena Amsel"]
        assert self.find(browser, "vog") == []

    def test_staff_find_everyones(
        self, signed_in: SignedIn, staff: User, lena: Patient, other_doctor: User
    ) -> None:
        assert self.find(signed_in(staff), "vog") == ["Lena Vogel"]
        assert self.find(signed_in(other_doctor), "vog") == []

    @pytest.mark.parametrize("looked_for", ["", "lena"])
    def test_page_after_page(
        self, browser: Client, doctor: User, looked_for: str
    ) -> None:
        for number in range(PATIENTS_SIZE + 5):
            PatientFactory.create(doctor=doctor, last_name=f"V{number // 10}")
        first = browser.post("/patients/", {"find": looked_for})

        last = first.context["last"]
        second = (
            browser.post("/patients/", {"find": looked_for, "after": last})
            if looked_for
            else browser.get(f"/patients/?after={last}")
        )

        shown = [*first.context["patients"], *second.context["patients"]]
        assert [patient.pk for patient in shown] == list(
            Patient.objects.values_list("pk", flat=True)
        )
        assert second.context["last"] == ""
        assert "Lena" not in second.request["PATH_INFO"]


def test_one_is_added(browser: Client, doctor: User) -> None:
    facts = {"first_name": "Lena", "last_name": "Vogel", "city": "Ulm", "phone": "1"}

    answer = browser.post("/patients/new", facts)

    lena = Patient.objects.get()
    assert answer["Location"] == f"/patients/{lena.pk}/"
    assert (lena.doctor, str(lena)) == (doctor, "Lena Vogel")
    assert (lena.address, lena.contact) == ({"city": "Ulm"}, {"phone": "1"})
    assert trail().get().action == "patient.add"
    again = browser.post("/patients/new", facts)
    assert (again.status_code, Patient.objects.count()) == (422, 1)
    assert browser.post("/patients/new", {**facts, "anyway": "on"}).status_code == 302


def test_staff_say_whose_it_is(signed_in: SignedIn, staff: User, doctor: User) -> None:
    facts = {"first_name": "Lena", "last_name": "Vogel"}
    desk = signed_in(staff)

    assert desk.post("/patients/new", facts).status_code == 422
    assert desk.post("/patients/new", {**facts, "doctor": doctor.pk}).status_code == 302
    assert Patient.objects.get().doctor == doctor


def test_one_is_changed_and_keeps_what_the_form_does_not_show(
    browser: Client, lena: Patient
) -> None:
    facts = {"first_name": "Lena", "last_name": "Amsel", "phone": "3"}

    assert browser.post(f"/patients/{lena.pk}/edit", facts).status_code == 302

    lena.refresh_from_db()
    assert str(lena) == "Lena Amsel"
    assert lena.contact == {"phone": "3", "fax": "2"}
    fields = trail().get().details["fields"]
    assert fields == ["contact", "last_name"]


class TestTimeline:
    def page(self, browser: Client, patient: Patient, query: str = "") -> Any:
        answer = browser.get(f"/patients/{patient.pk}/{query}")
        assert answer.status_code == 200
        return answer

    def test_visits_and_notes_newest_first(
        self, browser: Client, lena: Patient, doctor: User, other_doctor: User
    ) -> None:
        for day, name in (("2026-05-04", "First"), ("2026-05-05", "Second")):
            AppointmentFactory.create(doctor=doctor, patient=lena, date=day, name=name)
        noted = lena.appointments.get(name="First")
        save_notes(doctor, appointment_id=noted.pk, notes="S: pain.", actor=SYSTEM)
        Note.objects.create(
            appointment=noted, doctor=other_doctor, notes="Not for these eyes"
        )
        AppointmentFactory.create(doctor=other_doctor, patient=lena, name="Elsewhere")

        shown = self.page(browser, lena)

        assert [entry.template for entry in shown.context["entries"]] == [
            "notes/_told.html",
            "patients/_visit.html",
            "patients/_visit.html",
        ]
        page = shown.content.decode()
        assert (
            page.index("S: pain.")
            < page.index("Second")
            < page.index("First</a>", page.index("Second"))
        )
        assert "Elsewhere" not in page
        assert "Not for these eyes" not in page

    def test_page_after_page_without_a_gap(
        self,
        browser: Client,
        lena: Patient,
        doctor: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        start = datetime(2026, 5, 4, 12, tzinfo=timezone.utc)
        moments = [start - timedelta(minutes=number // 4) for number in range(70)]

        def calls(
            user: User, patient: Patient, before: datetime | None, most: int
        ) -> list[Entry]:
            told = [at for at in moments if before is None or at < before]
            return [Entry(at, "tests/none.html", None) for at in told[:most]]

        monkeypatch.setattr(timeline, "TELLERS", {"calls": calls})
        seen: list[datetime] = []
        before = None
        while True:
            entries, before = timeline.story(
                doctor, lena, before=before, most=STORY_SIZE
            )
            seen += [entry.at for entry in entries]
            if before is None:
                break
        assert seen == moments

    def test_older_ones_by_the_link(
        self, browser: Client, lena: Patient, doctor: User
    ) -> None:
        for minute in range(STORY_SIZE + 2):
            AppointmentFactory.create(
                doctor=doctor, patient=lena, time=f"09:{minute:02}", name="Visit"
            )
        first = self.page(browser, lena)
        older = self.page(browser, lena, f"?{first.context['older']}")

        times = [entry.row.time for entry in older.context["entries"]]
        assert times == ["09:01", "09:00"]
        for nonsense in (
            *("?before=x", "?before=2026-05-04T00:00:00", "?before=%00"),
            "?before=0001-01-01T00:00:00%2B14:00",
            "?before=9999-12-31T23:59:59-14:00",
        ):
            assert len(self.page(browser, lena, nonsense).context["entries"]) == 30

    def test_the_queries_do_not_grow_with_the_story(
        self, browser: Client, lena: Patient, doctor: User
    ) -> None:
        def visit() -> None:
            made = AppointmentFactory.create(doctor=doctor, patient=lena)
            save_notes(doctor, appointment_id=made.pk, notes="x", actor=SYSTEM)

        def queries() -> int:
            with CaptureQueriesContext(connection) as seen:
                self.page(browser, lena)
            return len(seen)

        visit()
        queries()
        few = queries()
        for _ in range(9):
            visit()
        assert queries() == few
