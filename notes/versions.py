"""The versions of a written record: the one way in which its text changes.

The number is what two windows compare. A writer who names the version that the
text was made from is refused when somebody else was faster, so that no text is
written over unseen; a writer who names none, as the dialects' clients do, writes
the next version whatever the last one is. Either way every text is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from medisync.audit.trail import Actor
from medisync.lib.errors import DomainError
from notes.errors import (
    LetterNotFound,
    NotesNotFound,
    TranscriptionNotFound,
    VersionConflict,
)
from notes.models import DoctorLetter, Note, Transcription, Version, WrittenRecord

Row = TypeVar("Row", bound=WrittenRecord)

# What one window saves as somebody types is one version of the history this long.
_SITTING = timedelta(minutes=10)

_GONE: dict[type[WrittenRecord], type[DomainError]] = {
    Note: NotesNotFound,
    Transcription: TranscriptionNotFound,
    DoctorLetter: LetterNotFound,
}


@dataclass(frozen=True)
class Draft:
    """Where a text comes from: the version it was made from, and the window."""

    base: int
    window: str = ""


def revise(
    record: Row,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    draft: Draft | None = None,
) -> Row:
    """Writes ``changes`` in one statement, and the text among them as a version.

    Returns the record as it is now. Raises VersionConflict when it is no longer
    the one that ``draft`` was made from, and the record's own error when it is
    gone.
    """
    kind = type(record)
    # What is only now being made has one time (contract medisync 7.1, 8.2).
    now = timezone.now() if record.version else record.created_at
    values: dict[str, Any] = {**changes, "updated_at": now}
    rewritten = not changes.keys().isdisjoint(kind.TEXTS)
    if rewritten:
        values["version"] = models.F("version") + 1
    with transaction.atomic():
        rows: models.QuerySet[Row] = kind._default_manager.filter(pk=record.pk)
        same = rows if draft is None else rows.filter(version=draft.base)
        changed = same.update(**values)
        present = rows.first()
        if present is None:
            raise _GONE[kind]
        if not changed:
            raise VersionConflict(present)
        if rewritten:
            _keep(present, actor, draft)
    return present


def _keep(record: WrittenRecord, actor: Actor, draft: Draft | None) -> None:
    """Puts the text into the history, or on the version it goes on from."""
    facts: dict[str, Any] = {
        "number": record.version,
        "texts": {name: getattr(record, name) for name in record.TEXTS},
        "saved_at": record.updated_at,
    }
    last = history(record).first()
    if last is not None and draft is not None and _goes_on(last, actor, draft):
        Version.objects.filter(pk=last.pk).update(**facts)
        return
    Version.objects.create(
        **_of(record),
        **facts,
        author_kind=actor.kind,
        author_id=actor.id,
        author_name=actor.name,
        window=draft.window if draft else "",
        begun_at=record.updated_at,
    )


def _goes_on(last: Version, actor: Actor, draft: Draft) -> bool:
    return (
        bool(draft.window)
        and last.window == draft.window
        and last.author_id == actor.id
        and last.begun_at > timezone.now() - _SITTING
    )


def history(record: WrittenRecord) -> models.QuerySet[Version]:
    """Every version there was, the present one first."""
    return Version.objects.filter(**_of(record))


def forget(record: WrittenRecord) -> None:
    """Removes the history of a record that is removed for good."""
    history(record).delete()


def _of(record: WrittenRecord) -> dict[str, str]:
    return {"record_kind": str(record._meta.model_name), "record_id": record.pk}
