"""The history of what is written: whichever door it came in by, nothing is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from appointments.models import Appointment
from appointments.services import update_appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM, Actor, user_actor
from notes.errors import VersionConflict
from notes.letters import add_letter, edit_letter
from notes.models import Note, Version
from notes.services import edit_notes, restore_notes, save_notes
from notes.versions import Draft, history
from tests.factories import AppointmentFactory, UserFactory
from tests.notes.conftest import Call


def texts(field: str = "notes") -> list[str]:
    return [version.texts[field] for version in Version.objects.order_by("number")]


def test_what_a_client_saves_is_in_the_history(
    call: Call, visit: Appointment, doctor: User
) -> None:
    call("POST", f"notes/add/{visit.pk}", {"notes": "one", "summary": "s"})
    call("POST", f"notes/add/{visit.pk}", {"notes": "two"})
    call("PUT", f"notes/{visit.pk}", {"summary": "t"})
    call("PUT", f"notes/diagnosis/{visit.pk}", {"icd_code": "M76.5"})
    call("PUT", f"notes/feedback/{visit.pk}", {"feedback_score": 4})

    assert texts() == ["one", "two", "two", "two"]
    assert texts("summary") == ["s", "s", "t", "t"]
    assert Note.objects.get().version == 4
    last = Version.objects.latest("number")
    assert last.texts["diagnosis"]["icd_code"] == "M76.5"
    assert (last.author_id, last.author_name) == (doctor.pk, str(doctor))


def test_transcriptions_and_letters_have_one_too(
    call: Call, visit: Appointment
) -> None:
    call("POST", f"transcriptions/add/{visit.pk}", {"transcription": "one"})
    call("PUT", f"transcriptions/update/{visit.pk}", {"transcription": "two"})
    assert texts("transcription") == ["one", "two"]
    call("DELETE", f"transcriptions/{visit.pk}")
    assert not Version.objects.exists()

    letter = add_letter(visit, "# One", actor=SYSTEM)
    edit_letter(letter, "# Two", actor=SYSTEM)
    assert texts("markdown_content") == ["# One", "# Two"]


def test_notes_deleted_for_good_leave_no_history(
    call: Call, visit: Appointment
) -> None:
    saved = call("POST", f"notes/add/{visit.pk}", {"notes": "one"}).json()["data"]

    assert call("DELETE", f"notes/{saved['_id']}").status_code == 200

    assert not Version.objects.exists()


def test_a_new_doctors_stray_notes_are_a_version(
    visit: Appointment, doctor: User, other_doctor: User
) -> None:
    Note.objects.create(appointment=visit, doctor=other_doctor, notes="stray")
    save_notes(doctor, appointment_id=visit.pk, notes="real", actor=SYSTEM)

    update_appointment(visit, actor=SYSTEM, changes={"doctor": other_doctor})

    assert texts() == ["real", "real\n\nstray"]


class TestDrafts:
    def write(self, visit: Appointment, text: str, base: int, **window: str) -> Note:
        return edit_notes(
            visit,
            texts={"notes": text},
            draft=Draft(base, **window),
            actor=user_actor(visit.doctor, None),
        )

    def test_of_two_from_one_version_the_second_is_refused(
        self, visit: Appointment
    ) -> None:
        self.write(visit, "one", 0)

        with pytest.raises(VersionConflict) as refused:
            self.write(visit, "another", 0)

        assert refused.value.present.version == 1
        assert texts() == ["one"]
        self.write(visit, "both", 1)
        assert texts() == ["one", "both"]

    def test_a_client_in_between_is_noticed(self, visit: Appointment) -> None:
        self.write(visit, "one", 0)
        save_notes(visit.doctor, appointment_id=visit.pk, notes="api", actor=SYSTEM)

        with pytest.raises(VersionConflict):
            self.write(visit, "two", 1)

        assert Note.objects.get().notes == "api"

    def test_what_one_window_saves_while_typing_is_one_version(
        self, visit: Appointment
    ) -> None:
        self.write(visit, "o", 0, window="a")
        self.write(visit, "on", 1, window="a")
        self.write(visit, "one", 2, window="a")
        assert texts() == ["one"]

        self.write(visit, "one, two", 3, window="b")
        assert texts() == ["one", "one, two"]

        long_ago = Version.objects.latest("number").begun_at - timedelta(minutes=11)
        Version.objects.update(begun_at=long_ago)
        self.write(visit, "one, two, three", 4, window="b")
        assert texts() == ["one", "one, two", "one, two, three"]

    def test_an_earlier_version_can_be_brought_back(self, visit: Appointment) -> None:
        self.write(visit, "one", 0)
        note = self.write(visit, "two", 1)
        first = history(note).get(number=1)

        restored = restore_notes(visit, first, base=2, actor=SYSTEM)

        assert (restored.notes, restored.version) == ("one", 3)
        assert texts() == ["one", "two", "one"]
        event = AuditEvent.objects.latest("at")
        assert (event.action, event.details["restored"]) == ("notes.update", 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_windows_at_once_one_is_saved_and_the_others_are_told() -> None:
    visit = AppointmentFactory.create(doctor=UserFactory.create())
    gate = threading.Barrier(8)

    def save(number: int) -> str:
        try:
            gate.wait()
            return edit_notes(
                visit,
                texts={"notes": str(number)},
                draft=Draft(0, f"w{number}"),
                actor=Actor("user"),
            ).notes
        except VersionConflict as refused:
            return f"version {refused.present.version}"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(save, range(8)))

    note = Note.objects.get()
    assert texts() == [note.notes]
    assert note.version == 1
    assert sorted(answers) == sorted([note.notes, *["version 1"] * 7])


@pytest.mark.django_db(transaction=True)
def test_of_many_clients_at_once_every_text_is_kept() -> None:
    visit = AppointmentFactory.create(doctor=UserFactory.create())
    gate = threading.Barrier(8)

    def save(number: int) -> None:
        try:
            gate.wait()
            save_notes(
                visit.doctor,
                appointment_id=visit.pk,
                notes=str(number),
                actor=SYSTEM,
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, range(8)))

    assert sorted(texts()) == [str(number) for number in range(8)]
    assert Note.objects.get().version == 8
    assert Note.objects.get().notes == texts()[-1]
