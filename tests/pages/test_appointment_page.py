"""An appointment's page, and its notes saved, refused, listed and restored."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment
from appointments.status import Status
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import Note
from notes.services import save_notes
from notes.transcripts import add_transcription
from notes.views import HISTORY_SIZE
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit


@pytest.fixture
def browser(signed_in: SignedIn, doctor: User) -> Client:
    return signed_in(doctor)


@pytest.fixture
def visit(doctor: User) -> Appointment:
    patient = PatientFactory.create(doctor=doctor)
    return AppointmentFactory.create(
        doctor=doctor, patient=patient, status=Status.RECORDING
    )


def save(browser: Client, visit: Appointment, text: str, base: int, **more: str) -> Any:
    headers = {"Accept": "application/json"} if more.pop("by", "") == "script" else {}
    return browser.post(
        f"/appointments/{visit.pk}/notes",
        {"notes": text, "base": base, **more},
        headers=headers,
    )


def test_everything_side_by_side(
    browser: Client, visit: Appointment, doctor: User, other_doctor: User
) -> None:
    save_notes(
        doctor, appointment_id=visit.pk, notes="S: <pain>", summary="Knee", actor=SYSTEM
    )
    add_transcription(visit, "What was said.", actor=SYSTEM)
    Note.objects.create(appointment=visit, doctor=other_doctor, notes="Stray")

    page = browser.get(f"/appointments/{visit.pk}/").content.decode()

    for text in ("S: &lt;pain&gt;", "Knee", "What was said.", "Lena Vogel"):
        assert text in page
    assert 'name="base" value="1"' in page
    assert "Stray" not in page


def test_its_recording_can_be_played(
    browser: Client, visit: Appointment, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor, appointment=visit)

    page = browser.get(f"/appointments/{visit.pk}/").content.decode()

    assert f'data-recording="{recording.pk}"' in page


def test_the_queries_are_few(browser: Client, visit: Appointment) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            browser.get(f"/appointments/{visit.pk}/")
        return len(seen)

    queries()
    few = queries()
    for number in range(20):
        save(browser, visit, str(number), number)
    assert queries() == few <= 12


class TestSaving:
    def test_a_form_is_answered_with_the_page(
        self, browser: Client, visit: Appointment, doctor: User
    ) -> None:
        answer = save(browser, visit, "  one\r\ntwo\n", 0, summary="s")

        assert answer["Location"] == f"/appointments/{visit.pk}/"
        note = Note.objects.get()
        assert (note.notes, note.summary) == ("  one\ntwo\n", "s")
        assert (note.doctor, note.version) == (doctor, 1)
        visit.refresh_from_db()
        assert visit.status == Status.RECORDING
        event = AuditEvent.objects.get(object_id=note.pk)
        assert (event.action, event.actor_id) == ("notes.add", doctor.pk)

    def test_a_script_is_told_the_version(
        self, browser: Client, visit: Appointment
    ) -> None:
        for base in (0, 1):
            answer = save(browser, visit, "x" * base, base, by="script")
            assert answer.status_code == 200
            assert answer.json()["version"] == base + 1

    def test_staff_write_the_doctors_notes(
        self, signed_in: SignedIn, staff: User, visit: Appointment, doctor: User
    ) -> None:
        assert save(signed_in(staff), visit, "one", 0).status_code == 302
        assert Note.objects.get().doctor == doctor

    @pytest.mark.parametrize(
        "wrong",
        [
            {"base": ""},
            {"base": "-1"},
            {"base": "x"},
            {"notes": "a\0"},
            {"notes": "x" * 1_000_001},
            {"summary": "x" * 100_001},
            {"window": "x" * 33},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_what_cannot_be_kept_is_refused(
        self, browser: Client, visit: Appointment, wrong: dict[str, str]
    ) -> None:
        facts: dict[str, Any] = {"text": "one", "base": 0, "by": "script", **wrong}
        facts["text"] = facts.pop("notes", facts["text"])

        answer = save(browser, visit, facts.pop("text"), facts.pop("base"), **facts)

        assert answer.status_code == 422
        assert answer.json()["error"]
        assert not Note.objects.exists()


class TestTwoWindows:
    @pytest.fixture(autouse=True)
    def _first(self, browser: Client, visit: Appointment) -> None:
        assert save(browser, visit, "first", 0).status_code == 302

    def test_a_script_is_given_the_other_text(
        self, browser: Client, visit: Appointment, doctor: User
    ) -> None:
        answer = save(browser, visit, "second", 0, by="script")

        assert answer.status_code == 409
        body = answer.json()
        assert (body["notes"], body["version"]) == ("first", 1)
        assert body["author"] == str(doctor)
        assert Note.objects.get().notes == "first"

    def test_a_form_is_shown_both(self, browser: Client, visit: Appointment) -> None:
        answer = save(browser, visit, "second", 0)

        assert answer.status_code == 409
        page = answer.content.decode()
        assert ">first<" in page
        assert "\nsecond</textarea>" in page
        assert 'name="base" value="1"' in page
        assert save(browser, visit, "first and second", 1).status_code == 302
        assert Note.objects.get().notes == "first and second"

    def test_notes_deleted_meanwhile_are_an_empty_text(
        self, browser: Client, visit: Appointment
    ) -> None:
        Note.objects.all().delete()

        answer = save(browser, visit, "second", 1, by="script")

        assert (answer.status_code, answer.json()["version"]) == (409, 0)
        assert save(browser, visit, "second", 0, by="script").status_code == 200


class TestHistory:
    def test_who_wrote_what_and_back(
        self, browser: Client, visit: Appointment, doctor: User
    ) -> None:
        for base, text in enumerate(["S: pain", "S: less pain"]):
            save(browser, visit, text, base)
        page = browser.get(f"/appointments/{visit.pk}/history").content.decode()
        assert page.index("S: less pain") < page.index("S: pain")
        assert str(doctor) in page

        back = browser.post(f"/appointments/{visit.pk}/history/1", {"base": 2})

        assert back["Location"] == f"/appointments/{visit.pk}/"
        note = Note.objects.get()
        assert (note.notes, note.version) == ("S: pain", 3)
        event = AuditEvent.objects.filter(object_id=note.pk).latest("at")
        assert event.details["restored"] == 1

    def test_nothing_is_restored_over_a_newer_text(
        self, browser: Client, visit: Appointment
    ) -> None:
        for base, text in enumerate(["one", "two", "three"]):
            save(browser, visit, text, base)

        stale = browser.post(f"/appointments/{visit.pk}/history/1", {"base": 2})

        assert stale["Location"] == f"/appointments/{visit.pk}/history"
        assert Note.objects.get().notes == "three"
        missing = browser.post(f"/appointments/{visit.pk}/history/9", {"base": 3})
        assert missing.status_code == 404

    def test_page_after_page(self, browser: Client, visit: Appointment) -> None:
        for number in range(HISTORY_SIZE + 2):
            save(browser, visit, f"text {number}", number)
        path = f"/appointments/{visit.pk}/history"
        first = browser.get(path)

        older = browser.get(f"{path}?before={first.context['older']}")

        assert [v.number for v in older.context["versions"]] == [2, 1]
        assert older.context["older"] is False
        assert browser.get(f"{path}?before=x").status_code == 200

    def test_before_there_are_notes(self, browser: Client, visit: Appointment) -> None:
        page = browser.get(f"/appointments/{visit.pk}/history")
        assert "No notes yet" in page.content.decode()
