"""The only way to a call recording or an account on somebody's behalf.

What is absent, being deleted, somebody else's or cannot be stored at all gets
one and the same answer.
"""

from __future__ import annotations

import hmac
import re
from contextlib import suppress
from uuid import UUID

from django.db.models import QuerySet

from medisync.accounts.models import User
from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from medisync.lib.hashing import secret_hash
from medisync.lib.text import storable
from recordings.access import recordings_for
from recordings.choices import State
from recordings.models import RecordingQuerySet
from telephony.cdr import Sought, call_recordings_sought
from telephony.choices import Scope
from telephony.errors import (
    AccountCredentialsInvalid,
    AccountNotFound,
    CallNotFound,
    CallRecordingNotFound,
    TranscriptionNotFound,
)
from telephony.models import (
    Account,
    ApiToken,
    Call,
    CallQuerySet,
    CallRecording,
    CallTranscription,
)

# uuid.UUID() also reads braces, "urn:" and digits without dashes.
_SID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def parse_sid(text: str) -> UUID | None:
    """The UUID written with dashes in either case; None for any other text."""
    # ASCII first: IGNORECASE would let a few letters of other scripts through.
    return UUID(text) if text.isascii() and _SID.fullmatch(text) else None


def calls_for(user: User) -> CallQuerySet:
    """Every call that ``user`` may know of."""
    return Call.objects.visible_to(user)


def call_for(user: User, sid: str, *, actor: Actor) -> Call:
    """The call of this sid, with what it is attached to.

    Raises:
        CallNotFound: no sid, unknown, or not the user's to see; the attempt is on
            the audit trail then.
    """
    parsed = parse_sid(sid)
    if parsed is None:
        raise CallNotFound
    found = (
        calls_for(user)
        .select_related("patient", "appointment__patient", "doctor")
        .filter(pk=parsed)
        .first()
    )
    if found is None:
        for hidden in Call.objects.filter(pk=parsed):
            record("call.read", hidden, actor=actor, outcome=Outcome.REFUSED)
        raise CallNotFound
    return found


def may_attach(user: User) -> bool:
    """Whether ``user`` may say what calls were about, and so who hears them."""
    return user.sees_clinic


def recordings_of_call(user: User, call: Call) -> RecordingQuerySet:
    """What ``user`` may hear of the call, in order."""
    found = recordings_for(user).filter(call_recording__call=call)
    return found.order_by("call_recording__number")


def call_recording_named(file_name: str) -> CallRecording:
    """The call recording that the phone system knows by ``file_name``.

    Raises:
        CallRecordingNotFound: nothing is ready under exactly this name.
    """
    found = None
    if storable(file_name):
        found = (
            CallRecording.objects.select_related("recording", "call")
            .filter(file_name=file_name, recording__state=State.READY)
            .first()
        )
    if found is None:
        raise CallRecordingNotFound
    return found


def call_recording_numbered(number: int) -> CallRecording:
    """The call recording of this number. Raises CallRecordingNotFound."""
    found = call_recordings_sought(Sought(numbers=(number,))).first()
    if found is None:
        raise CallRecordingNotFound
    return found


def call_recordings_of(
    account: Account, *, call_sid: str | None = None, conference_sid: str | None = None
) -> QuerySet[CallRecording]:
    """The account's call recordings, of one call or conference where one is named.

    Raises:
        CallNotFound: what is named is no sid.
    """
    found = CallRecording.objects.select_related("recording").filter(
        account=account, recording__state=State.READY
    )
    if call_sid is not None:
        found = found.filter(call=_parent(call_sid))
    if conference_sid is not None:
        found = found.filter(conference_sid=_parent(conference_sid))
    return found


def _parent(sid: str) -> UUID:
    parsed = parse_sid(sid)
    if parsed is None:
        raise CallNotFound
    return parsed


def call_recording_of(
    account: Account,
    sid: str,
    *,
    call_sid: str | None = None,
    conference_sid: str | None = None,
) -> CallRecording:
    """The account's own call recording ``sid``, of that call or conference.

    Raises:
        CallNotFound: as :func:`call_recordings_of`.
        CallRecordingNotFound: no sid, unknown, not ready, or of another call,
            another account or none.
    """
    among = call_recordings_of(
        account, call_sid=call_sid, conference_sid=conference_sid
    )
    parsed = parse_sid(sid)
    found = None if parsed is None else among.filter(pk=parsed).first()
    if found is None:
        raise CallRecordingNotFound
    return found


def check_call_of(account: Account, call_sid: str) -> None:
    """Whether the account knows the call, which it does by a recording.

    Raises:
        CallNotFound: it does not.
    """
    if not call_recordings_of(account, call_sid=call_sid).exists():
        raise CallNotFound


def transcriptions_of(account: Account) -> QuerySet[CallTranscription]:
    """The account's transcriptions, those of recordings that are ready."""
    return CallTranscription.objects.select_related("call_recording__recording").filter(
        account=account, call_recording__recording__state=State.READY
    )


def transcription_of(account: Account, sid: str) -> CallTranscription:
    """The account's own transcription ``sid``.

    Raises:
        TranscriptionNotFound: no sid, unknown, or of another account or none.
    """
    parsed = parse_sid(sid)
    found = (
        None if parsed is None else transcriptions_of(account).filter(pk=parsed).first()
    )
    if found is None:
        raise TranscriptionNotFound
    return found


def account_of_sid(sid: str) -> Account:
    """The account a path or an option names.

    Raises:
        AccountNotFound: no sid, or unknown.
    """
    parsed = parse_sid(sid)
    found = None if parsed is None else Account.objects.filter(pk=parsed).first()
    if found is None:
        raise AccountNotFound
    return found


def playable_call_recording(
    account: Account, sid: str, *, listener: Account | None, actor: Actor
) -> CallRecording:
    """The account's call recording, for somebody who wants to hear it.

    Whoever knows the sid may, unless the account protects its media; then it
    takes the account itself. ``listener`` is the account that the request has
    proved to come from. A refusal is on the audit trail.

    Raises:
        AccountCredentialsInvalid: protected. Without credentials nobody learns
            which recordings a protecting account has.
        CallRecordingNotFound: as :func:`call_recording_of`.
    """
    if account.protect_media and listener != account:
        with suppress(CallRecordingNotFound):
            hidden = call_recording_of(account, sid).recording
            record("recording.play", hidden, actor=actor, outcome=Outcome.REFUSED)
        raise AccountCredentialsInvalid
    return call_recording_of(account, sid)


def account_by_credentials(sid: str, token: str, *, scope: Scope) -> Account:
    """The account that ``sid`` and one of its API tokens prove (contract 2).

    Raises:
        AccountCredentialsInvalid: unknown account, a token that is not this
            account's, or one without ``scope``. Nothing tells which.
    """
    parsed = parse_sid(sid)
    wanted = secret_hash(token)
    found = (
        None
        if parsed is None
        else ApiToken.objects.select_related("account")
        .filter(account_id=parsed, token_hash=wanted)
        .first()
    )
    # The index found it by hash; a database whose collation ignores case, say,
    # must not be the last word on a secret.
    if found is None or not hmac.compare_digest(found.token_hash, wanted):
        raise AccountCredentialsInvalid
    if scope.value not in found.scopes:
        raise AccountCredentialsInvalid
    return found.account
