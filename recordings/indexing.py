"""Keeps what recordings are found by: one row of words each.

It is written in the transaction of what it is made from. A doctor's new name alone
reaches all of their recordings a moment later, in the background.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django_tasks import task

from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from medisync.lib.text import words_of
from recordings.models import Recording, SearchEntry
from recordings.signals import words_wanted

_AT_ONCE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Beyond the years that fit, from 1691 to 2248, time is not told any more.
_TIE_BITS = 20
_FURTHEST_MS = 2**43 - 1


def place(moment: datetime) -> int:
    """The smallest id that an entry of a recording of this moment can have."""
    milliseconds = int((moment - _EPOCH).total_seconds() * 1000)
    return max(-_FURTHEST_MS, min(milliseconds, _FURTHEST_MS)) << _TIE_BITS


def of_doctor(doctor_id: str) -> str:
    """The word that all recordings of a doctor have."""
    return f"doctor{doctor_id}"


def of_source(source: str) -> str:
    """The word that all recordings of a source have."""
    return f"source{source}"


def index(recording_ids: Iterable[str]) -> None:
    """Writes these recordings' words where they changed."""
    ids = list(recording_ids)
    known = {
        entry.recording_id: entry
        for entry in SearchEntry.objects.filter(recording__in=ids)
    }
    more: dict[str, list[str]] = {}
    answers: list[Any] = words_wanted.send(Recording, ids=ids)
    for _, told in answers:
        for recording_id, text in told.items():
            more.setdefault(recording_id, []).append(text)
    new, changed = [], []
    for row in _facts(ids):
        text = _text(row, more.get(row["id"], []))
        entry = known.get(row["id"])
        if entry is None:
            at = place(row["recorded_at"]) + secrets.randbits(_TIE_BITS)
            new.append(SearchEntry(id=at, recording_id=row["id"], text=text))
        elif entry.text != text:
            entry.text = text
            changed.append(entry)
    # Two at once may index the same; of one moment, two may get the same place by
    # a chance of one in a million, and complete_index() goes on with the other.
    SearchEntry.objects.bulk_create(new, ignore_conflicts=True)
    SearchEntry.objects.bulk_update(changed, ["text"])


def _facts(ids: Sequence[str]) -> Iterable[Mapping[str, Any]]:
    return Recording.objects.filter(pk__in=ids).values(
        "id",
        "title",
        "file_name",
        "source",
        "doctor_id",
        "recorded_at",
        doctor_name=F("doctor__doctor_name"),
        first_name=F("appointment__patient__first_name"),
        last_name=F("appointment__patient__last_name"),
    )


def _text(row: Mapping[str, Any], more: Sequence[str]) -> str:
    told = ("title", "file_name", "doctor_name", "first_name", "last_name")
    words = words_of(" ".join([*(row[name] or "" for name in told), *more]))
    words.append(of_source(row["source"]))
    if row["doctor_id"]:
        words.append(of_doctor(row["doctor_id"]))
    return "".join(f" {word}" for word in dict.fromkeys(words))


def index_all(recordings: QuerySet[Recording]) -> int:
    """Writes the words of many recordings, some at a time; of how many."""
    ids = list(recordings.order_by("recorded_at").values_list("pk", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            index(ids[start : start + _AT_ONCE])
    return len(ids)


def complete_index(**signal: object) -> int:
    """Indexes what is not yet, after an upgrade; how many."""
    # No recording has two entries, and none an entry without it: counted alike, none
    # lacks one. The start of a server is not to look at every row for that.
    if SearchEntry.objects.count() == Recording.objects.count():
        return 0
    entries = SearchEntry.objects.filter(recording=OuterRef("pk"))
    return index_all(Recording.objects.filter(~Exists(entries)))


@task()
def index_doctor(doctor_id: str) -> None:
    """The doctor has another name."""
    index_all(Recording.objects.filter(doctor=doctor_id))


def recording_saved(instance: Recording, **signal: object) -> None:
    index([instance.pk])


def appointment_changed(
    instance: Appointment, created: bool = False, **signal: object
) -> None:
    """It has another patient, or is gone."""
    if not created:
        index(_ids(appointment=instance.pk))


def patient_saved(instance: Patient, created: bool, **signal: object) -> None:
    if not created:
        index(_ids(appointment__patient=instance))


def patient_going(instance: Patient, **signal: object) -> None:
    # Known only now, and without the name only afterwards.
    transaction.on_commit(partial(index, _ids(appointment__patient=instance)))


def user_saved(
    instance: User, created: bool, update_fields: Any, **signal: object
) -> None:
    if not created and (update_fields is None or "doctor_name" in update_fields):
        index_doctor.enqueue(instance.pk)


def _ids(**lookup: Any) -> list[str]:
    return list(Recording.objects.filter(**lookup).values_list("pk", flat=True))
