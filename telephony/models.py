"""The phone side: calls, their recordings, and who may reach them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from medisync.lib.objectid import ObjectIdField
from recordings.models import Recording


class Scope(models.TextChoices):
    """What a LaML API token may do (contract signalwire 2)."""

    VOICE = "Voice"
    MANAGEMENT = "Management"


class Account(models.Model):
    """A LaML project: its sid is the path's AccountSid and the Basic user."""

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    protect_media = models.BooleanField(
        default=False, help_text="Audio needs the same credentials as the data."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "sid"]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A LaML API token, known only by its hash once it has been shown."""

    id = ObjectIdField()
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="tokens"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Token of {self.account}"


class PbxUser(models.Model):
    """A Yeastar API user. Clients send the MD5 of the password (contract A2)."""

    id = ObjectIdField()
    username = models.CharField(max_length=100, unique=True)
    password_hash = models.CharField(max_length=255, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["username"]
        verbose_name = "PBX user"

    def __str__(self) -> str:
        return self.username


class PbxToken(models.Model):
    """A Yeastar login: slides 30 minutes with every use (contract A2)."""

    id = ObjectIdField()
    user = models.ForeignKey(PbxUser, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    refresh_hash = models.CharField(max_length=64, unique=True, editable=False)
    address = models.GenericIPAddressField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "PBX token"

    def __str__(self) -> str:
        return f"Token of {self.user}"


class CallType(models.TextChoices):
    INTERNAL = "Internal"
    INBOUND = "Inbound"
    OUTBOUND = "Outbound"
    CALLBACK = "Callback"
    TRANSFER = "Transfer"


class Call(models.Model):
    """One phone call. ``sid`` is LaML's name for it, ``callid`` Yeastar's."""

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    callid = models.CharField(max_length=40, blank=True)
    caller = models.CharField(max_length=100)
    callee = models.CharField(max_length=100)
    type = models.CharField(max_length=20)
    started_at = models.DateTimeField(db_index=True)
    duration_s = models.IntegerField("duration (s)", default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-started_at", "-sid"]
        constraints = [
            # Recordings of one call that come in side by side share one row.
            models.UniqueConstraint(
                fields=["callid"],
                condition=~models.Q(callid=""),
                name="one_call_per_callid",
            )
        ]

    def __str__(self) -> str:
        return f"{self.caller} → {self.callee}"


class CallRecording(models.Model):
    """A call's recording: ``sid`` names it to LaML, ``file_name`` to Yeastar."""

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, related_name="call_recording"
    )
    call = models.ForeignKey(
        Call,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="recordings",
    )
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="call_recordings",
    )
    file_name = models.CharField(max_length=255, unique=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-recording__created_at", "-sid"]

    def __str__(self) -> str:
        return self.file_name


class DownloadTicket(models.Model):
    """Yeastar's ``random``: one download of one recording (contract A6)."""

    id = ObjectIdField()
    random_hash = models.CharField(max_length=64, unique=True, editable=False)
    call_recording = models.ForeignKey(CallRecording, on_delete=models.CASCADE)
    user = models.ForeignKey(PbxUser, on_delete=models.CASCADE)
    application_address = models.GenericIPAddressField()
    allowed_address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Ticket for {self.call_recording_id}"
