from __future__ import annotations

from medisync.lib.errors import DomainError


class RecordingNotFound(DomainError):
    code = "recording_not_found"
    message = "There is no such recording."


class RecordingExists(DomainError):
    code = "recording_exists"
    message = "This appointment already has a recording."


class NoFile(DomainError):
    code = "no_file"
    message = "No file was sent."


class UploadTooLarge(DomainError):
    code = "too_large"
    message = "The file is larger than this clinic allows."


class AudioRefused(DomainError):
    """Not usable as a recording; ``code`` and ``message`` say why."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class StorageFailed(DomainError):
    """The store did not keep, give or remove the bytes. Nothing was lost."""

    code = "storage_failed"
    message = "The audio store cannot be reached at the moment."


class RenditionFailed(DomainError):
    code = "rendition_failed"
    message = "This form of the recording could not be made."


class HandoutNotFound(DomainError):
    """No link, or one that opens nothing any more; nothing tells which."""

    code = "handout_not_found"
    message = "This link opens nothing, or nothing any more."


class HandoutUnusable(DomainError):
    """What a link was asked to be; ``message`` says what is wrong with it."""

    code = "handout_unusable"


class PinWrong(DomainError):
    code = "pin_wrong"
    message = "This is not the PIN. Nothing was used up."
