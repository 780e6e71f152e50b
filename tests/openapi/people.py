"""People with everything of their own; run within the server's own settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from medisync.accounts.api_keys import create_key
from medisync.accounts.models import Tier
from medisync.accounts.tokens import issue_token
from medisync.audit.trail import SYSTEM
from notes.documents import add_document
from notes.letters import add_letter
from notes.services import save_notes
from notes.transcripts import add_transcription
from recordings.choices import Source
from recordings.intake import incoming_file
from recordings.services import add_recording
from tests.factories import AppointmentFactory, PatientFactory, UserFactory
from tests.notes.pdf import pdf


def add_people(count: int, wav: str, folder: str) -> None:
    """Writes a line of JSON for each: a bearer token, and ids of records."""
    letter = Path(folder) / "report.pdf"
    letter.write_bytes(pdf())
    for _ in range(count):
        sys.stdout.write(f"{json.dumps(_add_person(Path(wav), letter))}\n")


def _add_person(wav: Path, letter: Path) -> dict[str, str]:
    # Nobody signs in with a password, which would take its time to be hashed.
    person = UserFactory.create(tier=Tier.PREMIUM, password=None)
    patient = PatientFactory.create(doctor=person)
    visit = AppointmentFactory.create(doctor=person, patient=patient)
    with incoming_file(wav, file_name="visit.wav") as incoming:
        add_recording(
            incoming,
            source=Source.VISIT,
            appointment=visit,
            actor=SYSTEM,
            origin="test",
        )
    with incoming_file(letter, file_name="report.pdf") as incoming:
        add_document(visit, incoming, actor=SYSTEM)
    add_transcription(visit, "Knee pain.", actor=SYSTEM)
    note = save_notes(person, appointment_id=visit.pk, notes="S: pain.", actor=SYSTEM)
    key, text = create_key(person, name="Tablet", type="live", address=None)
    return {
        "token": issue_token(person),
        "key": text,
        "doctor_name": person.doctor_name,
        "appointment_id": visit.pk,
        "patient_id": patient.pk,
        "doctor_id": person.pk,
        "note_id": note.pk,
        "letter_id": add_letter(visit, "# Dear colleague", actor=SYSTEM).pk,
        "key_id": str(key.pk),
    }
