"""Calls and their recordings, whichever dialect names them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from recordings.models import Recording
from telephony.choices import CallStatus, CallType
from telephony.models.accounts import Account


class Number(models.Model):
    """Gives out whole numbers, each of them once, for dialects whose ids they are."""

    id = models.BigAutoField(primary_key=True)

    def __str__(self) -> str:
        return str(self.pk)


def next_number() -> int:
    """A number that no row has had; rows made later have higher ones."""
    number = Number.objects.create()
    taken = number.pk
    number.delete()
    return taken


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: User) -> CallQuerySet:
        """Those attached to a clinician's own patients; the clinic's for staff."""
        return self.all() if user.sees_clinic else self.filter(doctor=user)


class Call(models.Model):
    """One phone call. ``sid`` is LaML's name for it, ``callid`` Yeastar's."""

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True, default=next_number, editable=False)
    callid = models.CharField(_("callid"), max_length=40, blank=True)
    caller = models.CharField(_("caller"), max_length=100)
    callee = models.CharField(_("callee"), max_length=100)
    type = models.CharField(_("type"), max_length=20)
    started_at = models.DateTimeField(_("started at"))
    ring_s = models.IntegerField(_("ringing (s)"), default=0)
    duration_s = models.IntegerField(
        _("duration (s)"), default=0, help_text=_("From the answer to the end.")
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=CallStatus.choices,
        default=CallStatus.ANSWERED,
    )
    source_trunk = models.CharField(_("source trunk"), max_length=100, blank=True)
    destination_trunk = models.CharField(
        _("destination trunk"), max_length=100, blank=True
    )
    did_number = models.CharField(_("DID number"), max_length=100, blank=True)
    pincode = models.CharField("PIN code", max_length=40, blank=True)
    sn = models.CharField("PBX serial number", max_length=40, blank=True)
    # What it was about, if somebody has said so; a patient goes only without it.
    patient = models.ForeignKey(
        Patient,
        verbose_name=_("patient"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="calls",
        editable=False,
    )
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="calls",
        editable=False,
    )
    # Whose patient's it is; null as long as it is nobody's but the clinic's.
    doctor = models.ForeignKey(
        User,
        verbose_name=_("doctor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at", "-sid"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(patient=None) | models.Q(appointment=None),
                name="attached_to_one_thing",
            ),
            # Recordings of one call that come in side by side share one row.
            models.UniqueConstraint(
                fields=["callid"],
                condition=~models.Q(callid=""),
                name="one_call_per_callid",
            ),
        ]
        indexes = [
            models.Index(fields=["started_at", "number"]),
            models.Index(fields=["caller", "started_at"]),
            models.Index(fields=["callee", "started_at"]),
            models.Index(fields=["doctor", "started_at", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.caller} → {self.callee}"

    @property
    def direction(self) -> str:
        """The type as people read it; phone systems know more than ours."""
        return str(dict(CallType.choices).get(self.type, self.type))

    @property
    def about(self) -> Patient | None:
        """Whom it was about, as far as anybody has said."""
        if self.appointment is not None:
            return self.appointment.patient
        return self.patient


class CallRecording(models.Model):
    """A call's recording: ``sid`` names it to LaML, ``file_name`` to Yeastar."""

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True, default=next_number, editable=False)
    recording = models.OneToOneField(
        Recording,
        verbose_name=_("recording"),
        on_delete=models.CASCADE,
        related_name="call_recording",
    )
    call = models.ForeignKey(
        Call,
        verbose_name=_("call"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="recordings",
    )
    # A conference room is no call between two; nothing else is known of it.
    conference_sid = models.UUIDField(
        "conference SID", null=True, blank=True, editable=False
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="call_recordings",
    )
    file_name = models.CharField(
        _("file name"), max_length=255, unique=True, editable=False
    )
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    # The recording's own, kept here as well: one index finds an account's page.
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )

    class Meta:
        verbose_name = _("call recording")
        verbose_name_plural = _("call recordings")
        ordering = ["-created_at", "-sid"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(call=None) | models.Q(conference_sid=None),
                name="of_a_call_or_of_a_conference",
            )
        ]
        indexes = [
            models.Index(fields=["-created_at", "-sid"]),
            models.Index(fields=["account", "-created_at", "-sid"]),
            models.Index(
                fields=["account", "conference_sid", "-created_at", "-sid"],
                condition=models.Q(conference_sid__isnull=False),
                name="recordings_of_a_conference",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class CallTranscription(models.Model):
    """What was said in a call recording, as LaML hands it out."""

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call_recording = models.ForeignKey(
        CallRecording, on_delete=models.CASCADE, related_name="transcriptions"
    )
    # The recording's own, kept here as well: one index finds an account's page.
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-sid"]
        indexes = [models.Index(fields=["account", "-created_at", "-sid"])]

    def __str__(self) -> str:
        return f"Transcription of {self.call_recording_id}"
