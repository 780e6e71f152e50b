"""Yeastar API users, their logins, and what opens a download to them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from medisync.lib.objectid import ObjectIdField
from telephony.models.calls import CallRecording


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
