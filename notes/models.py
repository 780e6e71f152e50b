"""Clinical notes (contract medisync 8.1)."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.lib.objectid import ObjectIdField


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: User) -> NoteQuerySet:
        return self.all() if user.sees_clinic else self.filter(doctor=user)


class Note(models.Model):
    id = ObjectIdField()
    # Notes are kept even for an appointment that is not there (contract medisync
    # 8.2), so the id may point nowhere and the doctor says whose they are.
    appointment = models.ForeignKey(
        Appointment,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    doctor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    notes = models.TextField()
    summary = models.TextField(blank=True)
    feedback_score = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "doctor"], name="one_note_per_appointment"
            )
        ]

    def __str__(self) -> str:
        return f"Notes, {self.created_at:%Y-%m-%d}"
