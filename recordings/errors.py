from __future__ import annotations

from django.utils.translation import gettext_noop as _

from medisync.lib.errors import DomainError


class RecordingNotFound(DomainError):
    code = "recording_not_found"
    message = _("There is no such recording.")


class RecordingExists(DomainError):
    code = "recording_exists"
    message = _("This appointment already has a recording.")


class NoFile(DomainError):
    code = "no_file"
    message = _("No file was sent.")


class UploadTooLarge(DomainError):
    code = "too_large"
    message = _("The file is larger than this clinic allows.")


class AudioRefused(DomainError):
    """Not usable as a recording; ``code`` and ``message`` say why."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class StorageFailed(DomainError):
    """The store did not keep, give or remove the bytes. Nothing was lost."""

    code = "storage_failed"
    message = _("The audio store cannot be reached at the moment.")


class StorageFull(StorageFailed):
    """The disk has less room than is to stay free. Nothing of it was kept."""

    code = "storage_full"
    message = _("The clinic's disk is nearly full: nothing new is taken for now.")


class RenditionFailed(DomainError):
    code = "rendition_failed"
    message = _("This form of the recording could not be made.")


class HandoutNotFound(DomainError):
    """No link, or one that opens nothing any more; nothing tells which."""

    code = "handout_not_found"
    message = _("This link opens nothing, or nothing any more.")


class HandoutUnusable(DomainError):
    """What a link was asked to be; ``message`` says what is wrong with it."""

    code = "handout_unusable"


class PinWrong(DomainError):
    code = "pin_wrong"
    message = _("This is not the PIN. Nothing was used up.")


class UploadNotFound(DomainError):
    code = "upload_not_found"
    message = _("There is no such upload.")


class UploadExpired(DomainError):
    code = "upload_expired"
    message = _("This upload waited too long to go on, and has to begin anew.")


class UploadBusy(DomainError):
    code = "upload_busy"
    message = _("This upload is being worked on. Try again in a moment.")


class TooManyUploads(DomainError):
    code = "too_many_uploads"
    message = _("Too many uploads are unfinished. End or discard some first.")


class OffsetConflict(DomainError):
    code = "offset_conflict"
    message = _("The piece does not begin where this upload ends.")


class LengthRefused(DomainError):
    code = "length_refused"
    message = _("The upload cannot be of this length.")


class AlteredOnTheWay(DomainError):
    """What arrived is not what its sender had. Nothing of it was kept."""

    code = "altered"
    message = _("What arrived is not what was sent. Send it again.")


class ConsentMissing(DomainError):
    code = "consent_missing"
    message = _("Nobody is recorded who has not agreed to it.")
