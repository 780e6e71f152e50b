"""The words that columns of the phone side are limited to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a LaML API token may do (contract signalwire 2)."""

    VOICE = "Voice"
    MANAGEMENT = "Management"


class CallbackMethod(models.TextChoices):
    POST = "POST"
    GET = "GET"


class CallType(models.TextChoices):
    INTERNAL = "Internal", _("Internal")
    INBOUND = "Inbound", _("Inbound")
    OUTBOUND = "Outbound", _("Outbound")
    CALLBACK = "Callback", _("Callback")
    TRANSFER = "Transfer", _("Transfer")


class CallStatus(models.TextChoices):
    ANSWERED = "ANSWERED", _("Answered")
    NO_ANSWER = "NO ANSWER", _("No answer")
    BUSY = "BUSY", _("Busy")
    FAILED = "FAILED", _("Failed")
    VOICEMAIL = "VOICEMAIL", _("Voicemail")


class ReportState(models.TextChoices):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
