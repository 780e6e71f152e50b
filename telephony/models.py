"""The phone side: calls, their recordings, and who may reach them."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from medisync.lib.objectid import ObjectIdField
from medisync.lib.outgoing import DestinationRefused, check_url
from recordings.models import Recording
from telephony.choices import CallbackMethod, CallStatus, CallType, ReportState


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


class Scope(models.TextChoices):
    """What a LaML API token may do (contract signalwire 2)."""

    VOICE = "Voice"
    MANAGEMENT = "Management"


def check_callback_url(url: str) -> None:
    """Raises ValidationError unless a request could be sent to ``url`` at all."""
    try:
        check_url(url)
    except DestinationRefused as error:
        raise ValidationError("This is no http or https URL.") from error


class Account(models.Model):
    """A LaML project: its sid is the path's AccountSid and the Basic user."""

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    protect_media = models.BooleanField(
        _("protect media"),
        default=False,
        help_text=_("Audio needs the same credentials as the data."),
    )
    recording_status_callback = models.CharField(
        _("recording status callback"),
        max_length=2000,
        blank=True,
        validators=[check_callback_url],
        help_text=_("This URL is told of every recording that arrives."),
    )
    recording_status_callback_method = models.CharField(
        _("callback method"),
        max_length=4,
        choices=CallbackMethod.choices,
        default=CallbackMethod.POST,
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name", "sid"]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A LaML API token, known only by its hash once it has been shown."""

    id = ObjectIdField()
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        on_delete=models.CASCADE,
        related_name="tokens",
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return gettext("Token of %(name)s") % {"name": self.account}


class PbxUser(models.Model):
    """A Yeastar API user. Clients send the MD5 of the password (contract A2)."""

    id = ObjectIdField()
    username = models.CharField(_("username"), max_length=100, unique=True)
    password_hash = models.CharField(max_length=255, editable=False)
    is_active = models.BooleanField(_("is active"), default=True)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )

    class Meta:
        ordering = ["username"]
        verbose_name = _("PBX user")
        verbose_name_plural = _("PBX users")

    def __str__(self) -> str:
        return self.username


class PbxToken(models.Model):
    """A Yeastar login: slides 30 minutes with every use (contract A2)."""

    id = ObjectIdField()
    user = models.ForeignKey(PbxUser, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    refresh_hash = models.CharField(max_length=64, unique=True, editable=False)
    address = models.GenericIPAddressField()
    report_to = models.JSONField(
        default=dict, help_text="Where event reports go, in the dialect's own words."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "PBX token"

    def __str__(self) -> str:
        return f"Token of {self.user}"


class OpenApiToken(models.Model):
    """A P-Series login: two tokens, each of a fixed life (contract C1)."""

    id = ObjectIdField()
    user = models.ForeignKey(PbxUser, on_delete=models.CASCADE, related_name="+")
    access_hash = models.CharField(max_length=64, unique=True, editable=False)
    refresh_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "OpenAPI token"

    def __str__(self) -> str:
        return f"Token of {self.user}"


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


class DownloadTicket(models.Model):
    """Yeastar's ``random``: one download of one recording (contract A6), or of the
    calls of some extensions in a span of time (A8)."""

    id = ObjectIdField()
    random_hash = models.CharField(max_length=64, unique=True, editable=False)
    call_recording = models.ForeignKey(
        CallRecording, null=True, on_delete=models.CASCADE
    )
    extensions = models.JSONField(null=True)
    calls_from = models.DateTimeField(null=True)
    calls_until = models.DateTimeField(null=True)
    user = models.ForeignKey(PbxUser, on_delete=models.CASCADE)
    application_address = models.GenericIPAddressField()
    allowed_address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(call_recording=None) ^ models.Q(calls_from=None),
                name="a_ticket_opens_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"Ticket for {self.call_recording_id or 'calls'}"


class Report(models.Model):
    """What an application is told: written along with the call, sent afterwards."""

    id = ObjectIdField()
    user = models.ForeignKey(
        PbxUser, null=True, on_delete=models.CASCADE, related_name="+"
    )
    account = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, related_name="+"
    )
    # Nobody is told of a recording that was deleted before.
    call_recording = models.ForeignKey(
        CallRecording, on_delete=models.CASCADE, related_name="reports"
    )
    address = models.GenericIPAddressField(
        null=True, help_text="Where the application called from."
    )
    method = models.CharField(max_length=4, default="POST")
    url = models.CharField(max_length=2000)
    headers = models.JSONField()
    body = models.TextField()
    state = models.CharField(
        max_length=10, choices=ReportState.choices, default=ReportState.PENDING
    )
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["state", "next_try_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(account=None),
                name="a_report_is_for_one",
            )
        ]

    def __str__(self) -> str:
        return f"Report to {self.user or self.account}"
