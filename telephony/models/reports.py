"""What the programs of both dialects are told."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from medisync.lib.objectid import ObjectIdField
from telephony.choices import ReportState
from telephony.models.accounts import Account
from telephony.models.calls import CallRecording
from telephony.models.pbx import PbxUser


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
