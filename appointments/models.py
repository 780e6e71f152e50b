"""Patients and their appointments (contract medisync 4.1 and 5.1)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from appointments.status import Status
from medisync.accounts.models import User
from medisync.lib.objectid import ObjectIdField
from medisync.lib.text import folded


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> PatientQuerySet:
        return self.all() if user.sees_clinic else self.filter(doctor=user)


class Patient(models.Model):
    id = ObjectIdField()
    doctor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="patients")
    first_name = models.CharField(max_length=200)
    last_name = models.CharField(max_length=200)
    # Folded first and last name, which a search looks through.
    search_name = models.TextField(editable=False, default="")
    date_of_birth = models.CharField(
        max_length=10, blank=True, help_text="As the clinic sends it, YYYY-MM-DD."
    )
    address = models.JSONField(default=dict, blank=True)
    insurance = models.JSONField(default=dict, blank=True)
    contact = models.JSONField(default=dict, blank=True)
    medical_history = models.TextField(blank=True)
    current_medications = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "id"]
        indexes = [models.Index(fields=["doctor", "last_name", "first_name"])]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def save(self, *args: Any, **options: Any) -> None:
        self.search_name = folded(f"{self.first_name} {self.last_name}")
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "search_name"}
        super().save(*args, **options)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: User) -> AppointmentQuerySet:
        return self.all() if user.sees_clinic else self.filter(doctor=user)


class Appointment(models.Model):
    id = ObjectIdField()
    doctor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="appointments"
    )
    patient = models.ForeignKey(
        Patient,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="appointments",
    )
    name = models.CharField(max_length=300)
    date = models.CharField(max_length=10, help_text="YYYY-MM-DD")
    time = models.CharField(max_length=5, help_text="HH:MM, the clinic's own time")
    status = models.CharField(
        max_length=12, choices=Status.choices, default=Status.RECORDING
    )
    notes = models.TextField(blank=True, help_text="Free text on the appointment.")
    language = models.CharField(max_length=35, default="de")
    notes_type = models.CharField(max_length=100)
    appointment_type = models.CharField(max_length=100, default="in_person")
    # Set by the recordings app, or by a client that keeps its audio elsewhere.
    recording_id = models.CharField(max_length=100, blank=True, default="")
    recording_url = models.CharField(max_length=2000, blank=True, default="")
    recording_key = models.CharField(max_length=1000, blank=True, default="")
    # Set by the notes app.
    document_id = models.CharField(
        max_length=24, blank=True, default="", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-time", "-id"]
        indexes = [
            models.Index(fields=["doctor", "-date", "-time"]),
            models.Index(fields=["-date", "-time"]),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.date} {self.time}"
