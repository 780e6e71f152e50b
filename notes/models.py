"""What is written about an appointment, and the files that hang on it.

Contract medisync: transcriptions 7, notes 8.1, documents 9, letters 10.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from medisync.lib.objectid import ObjectIdField


class ClinicalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.all() if user.sees_clinic else self.filter(doctor=user)


class ClinicalRecord(models.Model):
    """A record of one appointment.

    An appointment may be deleted and leave it (contract medisync 4.8): the id
    stays, pointing nowhere, and the doctor says whose it is.
    """

    id = ObjectIdField()
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    doctor = models.ForeignKey(
        User, verbose_name=_("doctor"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(
        _("updated at"), default=timezone.now, editable=False
    )

    class Meta:
        abstract = True
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="%(class)s_newest")]

    def __str__(self) -> str:
        name = str(self._meta.verbose_name)
        return f"{name[:1].upper()}{name[1:]}, {self.created_at:%Y-%m-%d}"


class WrittenRecord(ClinicalRecord):
    """A record that people write: each change of its text is another version."""

    #: The fields that are its text; a version keeps them all.
    TEXTS: ClassVar[tuple[str, ...]]

    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta(ClinicalRecord.Meta):
        abstract = True


class Version(models.Model):
    """The text of a record as somebody once left it (``notes.versions``)."""

    # Any kind of written record; it goes when the record goes.
    record_kind = models.CharField(max_length=20)
    record_id = models.CharField(max_length=24)
    number = models.PositiveIntegerField()
    texts = models.JSONField(help_text="By name of the record's field.")
    author_kind = models.CharField(max_length=10)
    author_id = models.CharField(max_length=36, blank=True)
    author_name = models.CharField(max_length=255, blank=True)
    window = models.CharField(
        max_length=32, blank=True, help_text="In which it was saved as one typed."
    )
    begun_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["record_kind", "record_id", "number"], name="one_text_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class Transcription(WrittenRecord):
    """What was said at an appointment, as one text."""

    TEXTS = ("transcription",)

    transcription = models.TextField(_("transcription"))

    objects = ClinicalQuerySet.as_manager()

    class Meta(WrittenRecord.Meta):
        verbose_name = _("transcription")
        verbose_name_plural = _("transcriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], name="one_transcription_per_appointment"
            )
        ]


class Note(WrittenRecord):
    TEXTS = ("notes", "summary", "diagnosis")

    # Kept even for an appointment that is not the caller's (contract medisync
    # 8.2), so two doctors may have notes under one appointment's id.
    notes = models.TextField(_("notes"))
    summary = models.TextField(_("summary"), blank=True)
    feedback_score = models.FloatField(null=True, blank=True)
    diagnosis = models.JSONField(
        null=True, blank=True, help_text="The diagnosis_prediction of the contract."
    )

    objects = ClinicalQuerySet.as_manager()

    class Meta(WrittenRecord.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "doctor"], name="one_note_per_appointment"
            )
        ]

    def __str__(self) -> str:
        return f"{_('Notes')}, {self.created_at:%Y-%m-%d}"


class LetterStatus(models.TextChoices):
    PENDING = "pending", _("Pending")
    GENERATED = "generated", _("Generated")
    EDITING = "editing", _("Editing")
    FAILED = "failed", _("Failed")


class DoctorLetter(WrittenRecord):
    TEXTS = ("markdown_content",)

    patient = models.ForeignKey(
        Patient,
        verbose_name=_("patient"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    status = models.CharField(_("status"), max_length=10, choices=LetterStatus.choices)
    markdown_content = models.TextField(_("markdown content"), blank=True)
    generation_inputs = models.JSONField(default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = ClinicalQuerySet.as_manager()

    class Meta(WrittenRecord.Meta):
        verbose_name = _("doctor letter")
        verbose_name_plural = _("doctor letters")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], name="one_letter_per_appointment"
            )
        ]


class DocumentState(models.TextChoices):
    READY = "ready", _("Ready")
    #: Reachable by nobody; its bytes are being removed, then the row.
    DELETING = "deleting", _("Deleting")


class DocumentQuerySet(ClinicalQuerySet):
    def ready(self) -> Self:
        return self.filter(state=DocumentState.READY)

    def visible_to(self, user: User) -> Self:
        return super().visible_to(user).ready()


class Document(ClinicalRecord):
    """One immutable PDF file and the facts about it."""

    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DocumentState.choices,
        default=DocumentState.READY,
        editable=False,
    )
    file_name = models.CharField(
        _("file name"),
        max_length=255,
        editable=False,
        help_text=_("As uploaded; shown, never a path."),
    )
    key = models.CharField("storage key", max_length=100, unique=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    size = models.BigIntegerField(_("bytes"), editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta(ClinicalRecord.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(state=DocumentState.READY),
                name="one_document_per_appointment",
            )
        ]

    def __str__(self) -> str:
        return self.file_name
