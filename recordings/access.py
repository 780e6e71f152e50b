"""The only way to a recording on behalf of a user.

A clinician reaches their own, staff and superusers the clinic's. Another's
recording is answered as one that does not exist; the attempt is on the audit
trail all the same.
"""

from __future__ import annotations

import unicodedata

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from medisync.accounts.models import User
from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from medisync.lib.objectid import is_object_id
from medisync.lib.text import storable
from recordings.choices import Source
from recordings.errors import RecordingNotFound, UploadExpired, UploadNotFound
from recordings.models import Recording, RecordingQuerySet, ResumableUpload


def recordings_for(user: User) -> RecordingQuerySet:
    """Every recording that ``user`` may hear."""
    return Recording.objects.visible_to(user)


def doctors_for(user: User) -> QuerySet[User]:
    """Whose recordings ``user`` may hear."""
    theirs = recordings_for(user).filter(doctor=OuterRef("pk"))
    return User.objects.filter(Exists(theirs))


def may_delete(user: User, recording: Recording) -> bool:
    """Whether ``user``, who may hear it, may delete it too.

    A call stays the clinic's: a doctor it was given to hears it, no more.
    """
    return user.sees_clinic or recording.source != Source.CALL


def recording_for(user: User, recording_id: str, *, actor: Actor) -> Recording:
    """Raises RecordingNotFound."""
    return _one(user, actor, pk=recording_id)


def appointment_recording(
    user: User, appointment_id: str, *, actor: Actor
) -> Recording:
    """The recording of an appointment. Raises RecordingNotFound."""
    return _one(user, actor, appointment_id=appointment_id)


def doctor_recordings(user: User, doctor_name: str) -> RecordingQuerySet:
    """Visits and dictations of the doctors of that exact name, newest first.

    Unicode's two spellings of an accented letter are the same name.
    """
    if not storable(doctor_name):
        return Recording.objects.none()
    return clinical_recordings(user).filter(
        doctor__doctor_name=unicodedata.normalize("NFC", doctor_name)
    )


def clinical_recordings(user: User) -> RecordingQuerySet:
    """What ``user`` may hear, calls left out."""
    return recordings_for(user).exclude(source=Source.CALL)


def upload_for(user: User, upload_id: str) -> ResumableUpload:
    """An upload that ``user`` began: nobody else goes on with it, whoever they are.

    Raises UploadNotFound, UploadExpired.
    """
    found = ResumableUpload.objects.filter(pk=upload_id, owner=user).first()
    if found is None:
        raise UploadNotFound
    if found.expires_at < timezone.now():
        raise UploadExpired
    return found


def _one(user: User, actor: Actor, **lookup: str) -> Recording:
    """One recording by an id of 24 hexadecimal digits."""
    if not all(is_object_id(value) for value in lookup.values()):
        raise RecordingNotFound
    lookup = {name: value.lower() for name, value in lookup.items()}
    found = recordings_for(user).filter(**lookup).first()
    if found is None:
        hidden = Recording.objects.ready().filter(**lookup).first()
        if hidden is not None:
            record("recording.read", hidden, actor=actor, outcome=Outcome.REFUSED)
        raise RecordingNotFound
    return found
