"""The trail of who did what to which record, from where, with what outcome.

Rows are only ever added. Nothing here refers to other tables by foreign key: a
deleted recording or person stays on the trail by id and name.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from medisync.audit.words import action_name, actor_name
from medisync.lib.objectid import ObjectIdField


class AppendOnly(Exception):
    """The audit trail cannot be changed or shortened."""


class TrailQuerySet(models.QuerySet[Any]):
    def _refuse(self, *args: object, **options: object) -> NoReturn:
        raise AppendOnly

    def bulk_create(self, *args: Any, **options: Any) -> list[Any]:
        if options.get("update_conflicts"):
            raise AppendOnly
        return super().bulk_create(*args, **options)

    update = delete = bulk_update = update_or_create = _refuse
    aupdate = adelete = abulk_update = aupdate_or_create = _refuse


class TrailModel(models.Model):
    objects = TrailQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **(options | {"force_insert": True}))

    def delete(self, *args: object, **options: object) -> NoReturn:
        raise AppendOnly


class Outcome(models.TextChoices):
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


class AuditEvent(TrailModel):
    id = ObjectIdField()
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    action = models.CharField(_("action"), max_length=40, db_index=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.DONE
    )
    actor_kind = models.CharField(_("actor kind"), max_length=10)
    actor_id = models.CharField(_("actor id"), max_length=36, blank=True)
    actor_name = models.CharField(_("actor name"), max_length=255, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    object_kind = models.CharField(_("object kind"), max_length=30)
    object_id = models.CharField(_("object id"), max_length=36, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta(TrailModel.Meta):
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["object_id", "-at"]),
            models.Index(fields=["actor_id", "-at"]),
            models.Index(fields=["action", "outcome", "at"]),
        ]

    def __str__(self) -> str:
        return f"{action_name(self.action)} ({self.object_id})"

    @property
    def who(self) -> str:
        return actor_name(self.actor_kind, self.actor_name)


class HeardRange(TrailModel):
    """Bytes of a recording that one listening event covered; ends inclusive."""

    event = models.ForeignKey(
        AuditEvent, on_delete=models.PROTECT, related_name="heard_ranges"
    )
    at = models.DateTimeField(default=timezone.now)
    first_byte = models.BigIntegerField()
    last_byte = models.BigIntegerField()

    class Meta(TrailModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.first_byte}-{self.last_byte}"
