"""One clinic that everybody wants something of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils import timezone

from appointments.models import Appointment
from medisync.accounts.api_keys import create_key
from medisync.accounts.models import ApiKey, User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.documents import add_document
from notes.letters import add_letter
from notes.models import DoctorLetter, Document, Note, Transcription
from notes.services import save_notes
from notes.transcripts import add_transcription
from recordings.choices import Form, Source
from recordings.handouts import NewHandout, make_handout
from recordings.intake import incoming_file
from recordings.models import Recording, Rendition, ResumableUpload
from recordings.renditions import stored_audio
from recordings.resumable import Plan, begin_upload
from recordings.services import add_recording
from telephony.attaching import attach_to_appointment
from telephony.models import Account, CallRecording, CallTranscription, PbxUser
from telephony.pbx import create_pbx_user
from telephony.services import create_account, import_call_recording
from tests.factories import AppointmentFactory, PatientFactory
from tests.notes.pdf import pdf
from tests.telephony.factories import CallTranscriptionFactory

CALL = "20240311094512-1710121510.23-2104-2117-Internal.wav"
PBX_PASSWORD = "Kamille-77"


class World:
    """One clinic: the owner's records, and everybody who might want them."""

    def __init__(self, people: dict[str, User], wav: Path) -> None:
        self.people, self._wav = people, wav

    @cached_property
    def appointment(self) -> Appointment:
        owner = self.people["owner"]
        patient = PatientFactory.create(doctor=owner)
        return AppointmentFactory.create(doctor=owner, patient=patient)

    @cached_property
    def recording(self) -> Recording:
        with incoming_file(self._wav, file_name="visit.wav") as incoming:
            return add_recording(
                incoming,
                source=Source.VISIT,
                appointment=self.appointment,
                actor=SYSTEM,
                origin="test",
            )

    @cached_property
    def rendition(self) -> Rendition:
        stored_audio(self.recording, Form.PEAKS)
        return Rendition.objects.get()

    @cached_property
    def new_handout(self) -> NewHandout:
        return make_handout(
            self.recording, by=self.people["owner"], actor=SYSTEM, expires_at=soon()
        )

    @cached_property
    def account(self) -> tuple[Account, str]:
        return create_account("Clinic", protect_media=True, actor=SYSTEM)

    @cached_property
    def call(self) -> CallRecording:
        imported = import_call_recording(
            self._wav, file_name=CALL, account=self.account[0], actor=SYSTEM
        ).call_recording
        assert imported is not None
        return imported

    @cached_property
    def attached(self) -> CallRecording:
        """The call's recording, once the call is about the owner's patient."""
        assert self.call.call is not None
        attach_to_appointment(self.call.call, self.appointment, actor=SYSTEM)
        return self.call

    @cached_property
    def conference_recording(self) -> CallRecording:
        imported = import_call_recording(
            self._wav,
            file_name="conference.wav",
            account=self.account[0],
            conference_sid=uuid4(),
            actor=SYSTEM,
        ).call_recording
        assert imported is not None
        return imported

    @cached_property
    def call_transcription(self) -> CallTranscription:
        return CallTranscriptionFactory.create(call_recording=self.call)

    @cached_property
    def pbx_user(self) -> PbxUser:
        return create_pbx_user("crmlink", password=PBX_PASSWORD, actor=SYSTEM)

    @cached_property
    def upload(self) -> ResumableUpload:
        owner = self.people["owner"]
        plan = Plan(file_name="visit.wav", doctor=owner, length=9)
        return begin_upload(owner, plan, actor=SYSTEM)

    @cached_property
    def note(self) -> Note:
        return save_notes(
            self.people["owner"],
            appointment_id=self.appointment.pk,
            notes="S: knee pain.",
            actor=SYSTEM,
        )

    @cached_property
    def transcription(self) -> Transcription:
        return add_transcription(self.appointment, "Knee pain.", actor=SYSTEM)

    @cached_property
    def letter(self) -> DoctorLetter:
        return add_letter(self.appointment, "# Dear colleague", actor=SYSTEM)

    @cached_property
    def document(self) -> Document:
        path = self._wav.with_name("letter.pdf")
        path.write_bytes(pdf())
        with incoming_file(path, file_name="letter.pdf") as incoming:
            return add_document(self.appointment, incoming, actor=SYSTEM)

    @cached_property
    def api_key(self) -> ApiKey:
        owner = self.people["owner"]
        return create_key(owner, name="Tablet", type="live", address=None)[0]

    @cached_property
    def empty(self) -> Appointment:
        """An appointment that still has neither recording nor patient."""
        return AppointmentFactory.create(doctor=self.people["owner"])

    def value(self, name: str) -> str:
        """What a path's ``{name}`` stands for: an id of one of the above."""
        ids: dict[str, Callable[[], object]] = {
            "patient": lambda: self.appointment.patient_id,
            "recorded": lambda: self.recording.appointment_id,
            "transcribed": lambda: self.transcription.appointment_id,
            "documented": lambda: self.document.appointment_id,
            "noted": lambda: self.note.appointment_id,
            "handout": lambda: self.new_handout.handout.pk,
            "link": lambda: self.new_handout.token,
            "call_recording": lambda: self.call.pk,
            "call_audio": lambda: self.call.recording_id,
            "call": lambda: self.call.call_id,
            "attached_call": lambda: self.attached.call_id,
            "attached_call_audio": lambda: self.attached.recording_id,
            "conference": lambda: self.conference_recording.conference_sid,
            "account": lambda: self.account[0].pk,
            "user": lambda: self.people["owner"].pk,
            "event": lambda: AuditEvent.objects.get(object_id=self.recording.pk).pk,
        }
        return str(ids[name]() if name in ids else getattr(self, name).pk)


def soon() -> Any:
    return timezone.now() + timedelta(hours=1)
