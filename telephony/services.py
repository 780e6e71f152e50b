"""Every change to accounts, calls and call recordings."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import TextChoices

from medisync.audit.trail import Actor, record
from medisync.lib.errors import DomainError
from medisync.lib.hashing import secret_hash
from medisync.lib.text import storable
from recordings.choices import Source, State
from recordings.intake import incoming_file
from recordings.models import Recording
from recordings.services import add_recording
from telephony.attaching import give_to_doctor_of
from telephony.choices import CallbackMethod, Scope
from telephony.errors import (
    AccountNameInvalid,
    CallbackUrlInvalid,
    CallInvalid,
    FileNameTaken,
    TranscriptionNotFound,
)
from telephony.filenames import NamedCall, parse_name, usable_name
from telephony.models import Account, ApiToken, Call, CallRecording, CallTranscription
from telephony.signals import call_recorded, recording_arrived

ALL_SCOPES = (Scope.VOICE, Scope.MANAGEMENT)


def create_account(
    name: str,
    *,
    protect_media: bool = False,
    recording_status_callback: str = "",
    recording_status_callback_method: str = CallbackMethod.POST,
    actor: Actor,
) -> tuple[Account, str]:
    """An account and its first token, which has every scope and is shown once.

    Raises AccountNameInvalid, CallbackUrlInvalid.
    """
    name = name.strip()
    if not 0 < len(name) <= 200 or not storable(name):
        raise AccountNameInvalid
    account = Account(
        name=name,
        protect_media=protect_media,
        recording_status_callback=recording_status_callback,
        recording_status_callback_method=recording_status_callback_method,
    )
    try:
        account.clean_fields()
    except ValidationError as error:
        raise CallbackUrlInvalid from error
    with transaction.atomic():
        account.save(force_insert=True)
        record("account.add", account, actor=actor, protect_media=protect_media)
        _, token = issue_token(account, scopes=ALL_SCOPES, actor=actor)
    return account, token


def issue_token(
    account: Account, *, scopes: Sequence[Scope] = ALL_SCOPES, actor: Actor
) -> tuple[ApiToken, str]:
    """A new API token of ``account``: its row and, this once, its text."""
    text = "PT" + secrets.token_hex(24)
    with transaction.atomic():
        token = ApiToken.objects.create(
            account=account,
            token_hash=secret_hash(text),
            scopes=[scope.value for scope in scopes],
        )
        record(
            "api_token.add",
            token,
            actor=actor,
            account=str(account.pk),
            scopes=token.scopes,
        )
    return token, text


def revoke_token(token: ApiToken, *, actor: Actor) -> None:
    """The token opens nothing from here on."""
    with transaction.atomic():
        record("api_token.delete", token, actor=actor, account=str(token.account_id))
        token.delete()


class ImportStatus(TextChoices):
    IMPORTED = "imported"
    #: The same bytes are here under this name; the result names them.
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True)
class ImportResult:
    """What became of one file; ``reason`` is a sentence, for rejected ones only."""

    status: ImportStatus
    call_recording: CallRecording | None = None
    reason: str | None = None


def import_call_recording(
    path: Path,
    *,
    file_name: str,
    account: Account | None,
    conference_sid: UUID | None = None,
    actor: Actor,
) -> ImportResult:
    """Takes a file of this machine into telephony, all of it or nothing.

    A name of the phone system's make brings its call along; several recordings
    of one call share it. With ``conference_sid`` it is the conference's instead. A
    file that was imported before is a duplicate, and gets ``account`` if it had
    none. Never raises for what is wrong with the file.
    """
    if not usable_name(file_name):
        return _rejected("The file name cannot be looked up by a phone system.")
    try:
        return _known_file(path, file_name, account, actor) or _new_file(
            path, file_name, account, conference_sid, actor
        )
    except FileNameTaken:
        # Another import was faster by a moment.
        return _known_file(path, file_name, account, actor) or _rejected(
            "Another import of this file was just undone. Import it again."
        )
    except DomainError as error:
        return _rejected(error.message)
    except OSError:
        return _rejected("The file cannot be read.")


def _rejected(reason: str) -> ImportResult:
    return ImportResult(ImportStatus.REJECTED, reason=reason)


def _known_file(
    path: Path, file_name: str, account: Account | None, actor: Actor
) -> ImportResult | None:
    """The result for a file name that is here already, None for a new one."""
    known = (
        CallRecording.objects.select_related("recording")
        .filter(file_name=file_name)
        .first()
    )
    if known is None:
        return None
    if known.recording.state != State.READY:
        return _rejected("The recording of this name is being deleted.")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != known.recording.sha256:
            return _rejected("There is another recording of this file name.")
    if account is not None and not _give(known, account, actor):
        return _rejected("The recording of this name belongs to another account.")
    return ImportResult(ImportStatus.DUPLICATE, known)


def _give(known: CallRecording, account: Account, actor: Actor) -> bool:
    """Whether the recording is the account's, given to it if it was nobody's."""
    if known.account_id is None:
        with transaction.atomic():
            free = CallRecording.objects.filter(pk=known.pk, account=None)
            if free.update(account=account):
                CallTranscription.objects.filter(call_recording=known).update(
                    account=account
                )
                record(
                    "call_recording.update",
                    known,
                    actor=actor,
                    account=str(account.pk),
                )
                known.account = account
                recording_arrived.send(CallRecording, call_recording=known)
        known.refresh_from_db(fields=["account"])
    return known.account_id == account.pk


def _new_file(
    path: Path,
    file_name: str,
    account: Account | None,
    conference_sid: UUID | None,
    actor: Actor,
) -> ImportResult:
    named = parse_name(file_name)
    made: list[CallRecording] = []

    def link(recording: Recording) -> None:
        row = CallRecording(
            recording=recording,
            account=account,
            conference_sid=conference_sid,
            file_name=file_name,
            started_at=named.recording_started_at if named else None,
            created_at=recording.created_at,
        )
        made.append(_link(row, None if conference_sid else named, actor=actor))

    with incoming_file(path, file_name=file_name) as incoming:
        add_recording(
            incoming,
            source=Source.CALL,
            actor=actor,
            origin="import",
            title=f"{named.caller} → {named.callee}" if named else file_name,
            recorded_at=named.recording_started_at if named else None,
            link=link,
        )
    return ImportResult(ImportStatus.IMPORTED, made[0])


def _link(
    row: CallRecording, named: NamedCall | None, *, actor: Actor
) -> CallRecording:
    """The telephony rows of a new recording, in its transaction.

    Raises FileNameTaken.
    """
    row.call = _call(named, row.recording, actor) if named else None
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise FileNameTaken from error
    record("call_recording.add", row, actor=actor, recording=row.recording_id)
    if row.call is not None:
        give_to_doctor_of(row.call, actor=actor)
    if row.account is not None:
        recording_arrived.send(CallRecording, call_recording=row)
    if row.call is not None:
        call_recorded.send(CallRecording, call_recording=row)
    return row


def _call(named: NamedCall, recording: Recording, actor: Actor) -> Call:
    """The call that the phone system numbers so, made by its first recording."""
    seconds = whole_seconds(recording)
    # Recording begins when the call is answered, as far as the name tells.
    rang = named.recording_started_at - named.call_started_at
    call, made = Call.objects.get_or_create(
        callid=named.callid,
        defaults={
            "caller": named.caller,
            "callee": named.callee,
            "type": named.type,
            "started_at": named.call_started_at,
            "ring_s": max(0, int(rang.total_seconds())),
            "duration_s": seconds,
        },
    )
    if made:
        record("call.add", call, actor=actor)
    elif Call.objects.filter(pk=call.pk, duration_s__lt=seconds).update(
        duration_s=seconds
    ):
        call.duration_s = seconds
        record("call.update", call, actor=actor, duration_s=seconds)
    return call


def keep_call(callid: str, *, actor: Actor, **facts: Any) -> bool:
    """A call as the phone system itself tells of it; whether it is a new one.

    Its word replaces what a recording's file name told. Raises CallInvalid.
    """
    texts = [callid, *(fact for fact in facts.values() if isinstance(fact, str))]
    if not callid or not all(map(storable, texts)):
        raise CallInvalid
    try:
        Call(callid=callid, number=0, **facts).clean_fields(exclude=["sid"])
    except ValidationError as error:
        raise CallInvalid from error
    with transaction.atomic():
        kept, made = Call.objects.update_or_create(callid=callid, defaults=facts)
        record("call.add" if made else "call.update", kept, actor=actor)
    return made


def delete_call_transcription(found: CallTranscription, *, actor: Actor) -> None:
    """The text goes, the recording stays.

    Raises TranscriptionNotFound when somebody else was faster.
    """
    with transaction.atomic():
        deleted, _ = CallTranscription.objects.filter(pk=found.pk).delete()
        if not deleted:
            raise TranscriptionNotFound
        record(
            "call_transcription.delete",
            found,
            actor=actor,
            call_recording=str(found.call_recording_id),
        )


def whole_seconds(recording: Recording) -> int:
    """The recording's duration to the nearest second, as both dialects count."""
    return (recording.duration_ms + 500) // 1000
