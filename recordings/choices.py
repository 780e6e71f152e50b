"""The words that columns of the audio side are limited to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    VISIT = "visit", _("Visit")
    DICTATION = "dictation", _("Dictation")
    CALL = "call", _("Call")


class State(models.TextChoices):
    READY = "ready", _("Ready")
    #: Reachable by nobody; its bytes are being removed, then the row.
    DELETING = "deleting", _("Deleting")


class Form(models.TextChoices):
    """The forms a recording can be had in, other than as it came."""

    WAV = "wav", "WAV"
    MP3 = "mp3", "MP3"
    PEAKS = "peaks", _("peaks of the waveform")


class RenditionState(models.TextChoices):
    MAKING = "making", _("Making")
    READY = "ready", _("Ready")
    #: A fault of the store or the disk, none of the recording: whoever asks tries.
    WAITING = "waiting", _("Waiting")
    #: Not before ``retry_at``; never by itself when there is none.
    FAILED = "failed", _("Failed")


class HandoutState(models.TextChoices):
    OPEN = "open", _("open")
    USED_UP = "used-up", _("used up")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")
    #: By too many wrong PINs.
    LOCKED = "locked", _("locked")
