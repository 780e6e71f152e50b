from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as _

from medisync.lib.errors import DomainError

if TYPE_CHECKING:
    from notes.models import WrittenRecord


class NoteAppointmentMissing(DomainError):
    """The notes are saved, but there is no such appointment (contract 8.2)."""

    code = "appointment_missing"
    message = _("The notes were saved, but there is no such appointment.")


class NotesNotFound(DomainError):
    code = "notes_not_found"
    message = _("There are no such notes.")


class NotesIdInvalid(NotesNotFound):
    """What was given for an id cannot be one; some dialects tell that apart."""

    code = "notes_id_invalid"


class NotesExist(DomainError):
    code = "notes_exist"
    message = _("That appointment has notes of its own.")


class VersionNotFound(DomainError):
    code = "version_not_found"
    message = _("There is no such version.")


class VersionConflict(DomainError):
    """Somebody else has saved another text meanwhile: ``present``."""

    code = "version_conflict"
    message = _("The text was changed in another window meanwhile.")

    def __init__(self, present: WrittenRecord) -> None:
        super().__init__()
        self.present = present


class TranscriptionNotFound(DomainError):
    code = "transcription_not_found"
    message = _("There is no such transcription.")


class TranscriptionExists(DomainError):
    code = "transcription_exists"
    message = _("This appointment already has a transcription.")


class LetterNotFound(DomainError):
    code = "letter_not_found"
    message = _("There is no such letter.")


class LetterIdInvalid(LetterNotFound):
    """As :class:`NotesIdInvalid`."""

    code = "letter_id_invalid"


class LetterExists(DomainError):
    code = "letter_exists"
    message = _("This appointment already has a letter.")


class DocumentNotFound(DomainError):
    code = "document_not_found"
    message = _("There is no such document.")


class DocumentExists(DomainError):
    code = "document_exists"
    message = _("This appointment already has a document.")


class NotPdf(DomainError):
    code = "not_pdf"
    message = _("The file is not a whole PDF.")


class NotOwnDocuments(DomainError):
    """A list of another doctor's documents; which doctor is not told."""

    code = "not_own_documents"
    message = _("Only your own documents can be listed.")


class EngineMissing(DomainError):
    """What only a speech or language engine could do."""

    code = "engine_missing"
    message = _("This server has no speech or language engine.")
