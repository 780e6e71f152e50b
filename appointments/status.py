"""The life-cycle of an appointment, as one table (contract medisync 4.2)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RECORDING = "recording", _("Recording")
    TRANSCRIBING = "transcribing", _("Transcribing")
    PROCESSING = "processing", _("Processing")
    FINISHED = "finished", _("Finished")
    ERROR = "error", _("Error")


class Event(models.TextChoices):
    """What happens to an appointment, other than someone setting its status."""

    RECORDING_ADDED = "recording_added"
    TRANSCRIPTION_ADDED = "transcription_added"
    TRANSCRIPTION_UPDATED = "transcription_updated"
    NOTES_SAVED = "notes_saved"
    PIPELINE_FAILED = "pipeline_failed"


# An event that is not listed for a status leaves it as it is.
_ALWAYS: dict[Event, Status] = {
    Event.RECORDING_ADDED: Status.TRANSCRIBING,
    Event.TRANSCRIPTION_ADDED: Status.PROCESSING,
    Event.NOTES_SAVED: Status.FINISHED,
    Event.PIPELINE_FAILED: Status.ERROR,
}
_FROM: dict[tuple[Status, Event], Status] = {
    (Status.TRANSCRIBING, Event.TRANSCRIPTION_UPDATED): Status.PROCESSING,
}


def after(status: Status, event: Event) -> Status:
    """The status that ``event`` leads to."""
    return _FROM.get((status, event)) or _ALWAYS.get(event, status)


def initial(requested: object) -> Status:
    """A new appointment's status: ``recording`` unless ``planned`` was asked for."""
    return Status.PLANNED if requested == Status.PLANNED else Status.RECORDING


# What a person may set on a page. The dialects' clients are bound by no such rule
# (contract medisync 4.7).
_BY_HAND: dict[Status, tuple[Status, ...]] = {
    Status.PLANNED: (Status.RECORDING, Status.FINISHED),
    Status.RECORDING: (Status.FINISHED, Status.PLANNED),
    Status.TRANSCRIBING: (Status.FINISHED, Status.ERROR),
    Status.PROCESSING: (Status.FINISHED, Status.ERROR),
    Status.FINISHED: (Status.PROCESSING,),
    Status.ERROR: (Status.RECORDING, Status.FINISHED),
}


def moves(status: str) -> tuple[Status, ...]:
    """Where a person may move an appointment from ``status``, the likeliest first."""
    return _BY_HAND[Status(status)]
