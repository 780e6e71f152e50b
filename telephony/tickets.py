"""Download tickets: Yeastar's ``random`` (contract yeastar A6 to A8)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from django.db import transaction
from django.utils import timezone

from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from medisync.lib.errors import DomainError
from medisync.lib.hashing import secret_hash
from recordings.choices import State
from telephony.cdr import CallSpan, calls_in
from telephony.errors import (
    CallRecordingNotFound,
    CallsNotFound,
    CallsTicketInvalid,
    TicketAddressRefused,
    TicketInvalid,
)
from telephony.models import CallRecording, DownloadTicket, PbxToken, PbxUser

#: A ticket of exactly this age no longer opens.
TICKET_LIFE = timedelta(seconds=30)


def issue_ticket(
    call_recording: CallRecording,
    *,
    token: PbxToken,
    allowed_address: str | None,
    actor: Actor,
) -> str:
    """The ticket in clear, 32 hex digits; only its hash is kept.

    It opens for the address that obtained ``token`` and for ``allowed_address``.
    """
    ticket = DownloadTicket(call_recording=call_recording)
    recording = call_recording.recording_id
    return _issue(ticket, token, allowed_address, actor, recording=recording)


def issue_calls_ticket(
    span: CallSpan, *, token: PbxToken, allowed_address: str | None, actor: Actor
) -> str:
    """The same for the calls of ``span``. Raises CallsNotFound: there are none."""
    if not calls_in(span).exists():
        raise CallsNotFound
    ticket = DownloadTicket(
        extensions=list(span.extensions), calls_from=span.start, calls_until=span.end
    )
    return _issue(ticket, token, allowed_address, actor, **_told(ticket))


def _issue(
    ticket: DownloadTicket,
    token: PbxToken,
    allowed_address: str | None,
    actor: Actor,
    **details: Any,
) -> str:
    text = secrets.token_hex(16)
    ticket.random_hash = secret_hash(text)
    ticket.user = token.user
    ticket.application_address = token.address
    ticket.allowed_address = allowed_address
    ticket.created_at = timezone.now()
    ticket.expires_at = ticket.created_at + TICKET_LIFE
    with transaction.atomic():
        ticket.save(force_insert=True)
        record(
            "download_ticket.add",
            ticket,
            actor=actor,
            allowed_address=allowed_address,
            **details,
        )
    return text


def _told(ticket: DownloadTicket) -> dict[str, Any]:
    """What the audit trail tells of a ticket for calls."""
    assert ticket.calls_from is not None
    assert ticket.calls_until is not None
    return {
        "extensions": ticket.extensions or "all",
        "from": ticket.calls_from.isoformat(),
        "until": ticket.calls_until.isoformat(),
    }


def ticket_to_redeem(
    text: str, *, user: PbxUser, file_names: Collection[str], actor: Actor
) -> DownloadTicket:
    """The ticket, with its recording, if ``actor`` may redeem it now.

    ``file_names`` are the names that the caller may have meant. Looking burns
    nothing. Where there is such a ticket, its refusal is on the audit trail.

    Raises:
        TicketInvalid: unknown, another user's, for another recording, used or
            expired.
        TicketAddressRefused: not from the actor's address.
        CallRecordingNotFound: the recording was or is being deleted.
    """
    ticket = (
        DownloadTicket.objects.select_related("call_recording__recording")
        .filter(random_hash=secret_hash(text), call_recording__isnull=False)
        .first()
    )
    if ticket is None:
        # A deleted recording takes its tickets along.
        if not CallRecording.objects.filter(file_name__in=file_names).exists():
            raise CallRecordingNotFound
        raise TicketInvalid
    call_recording = ticket.call_recording
    assert call_recording is not None  # As asked for.
    if call_recording.file_name not in file_names or not _is_live(ticket, user):
        raise _refused(ticket, TicketInvalid(), actor)
    if not _opens_from(actor, ticket):
        raise _refused(ticket, TicketAddressRefused(), actor)
    if call_recording.recording.state != State.READY:
        raise _refused(ticket, CallRecordingNotFound(), actor)
    return ticket


def calls_ticket_to_redeem(
    text: str, spans: Collection[CallSpan], *, user: PbxUser, actor: Actor
) -> tuple[DownloadTicket, CallSpan]:
    """The same for calls; which of the ``spans`` that may be meant it is for, too.

    Raises CallsTicketInvalid, TicketAddressRefused, CallsNotFound.
    """
    ticket = DownloadTicket.objects.filter(
        random_hash=secret_hash(text), call_recording=None
    ).first()
    if ticket is None:
        raise CallsTicketInvalid
    assert ticket.calls_from is not None
    assert ticket.calls_until is not None
    span = CallSpan(
        tuple(ticket.extensions or ()), ticket.calls_from, ticket.calls_until
    )
    if span not in spans or not _is_live(ticket, user):
        raise _refused(ticket, CallsTicketInvalid(), actor)
    if not _opens_from(actor, ticket):
        raise _refused(ticket, TicketAddressRefused(), actor)
    if not calls_in(span).exists():
        raise _refused(ticket, CallsNotFound(), actor)
    return ticket, span


def _is_live(ticket: DownloadTicket, user: PbxUser) -> bool:
    return (
        ticket.user_id == user.pk
        and ticket.used_at is None
        and ticket.expires_at > timezone.now()
    )


def redeem_ticket(ticket: DownloadTicket, *, actor: Actor) -> None:
    """Burns the ticket. Of all who try, in whichever process, one succeeds.

    Raises TicketInvalid or CallsTicketInvalid for all others.
    """
    now = timezone.now()
    call_recording = ticket.call_recording
    with transaction.atomic():
        burnt = DownloadTicket.objects.filter(
            pk=ticket.pk, used_at__isnull=True, expires_at__gt=now
        ).update(used_at=now)
        if burnt and call_recording is not None:
            recording = call_recording.recording_id
            record("download_ticket.redeem", ticket, actor=actor, recording=recording)
        elif burnt:  # Calls name numbers: who got them is told like a recording.
            record("calls.download", ticket, actor=actor, **_told(ticket))
    if not burnt:
        error = TicketInvalid() if call_recording else CallsTicketInvalid()
        raise _refused(ticket, error, actor)


def _opens_from(actor: Actor, ticket: DownloadTicket) -> bool:
    assert actor.address is not None  # pbx_actor() gives one.
    # Databases write one IPv6 address in different ways.
    caller = ip_address(actor.address)
    own, added = ticket.application_address, ticket.allowed_address
    return caller == ip_address(own) or (
        added is not None and caller == ip_address(added)
    )


def _refused(ticket: DownloadTicket, error: DomainError, actor: Actor) -> DomainError:
    """``error``, noted on the trail: the recording's, if it is about one."""
    call_recording = ticket.call_recording
    record(
        "recording.download" if call_recording else "calls.download",
        call_recording.recording if call_recording else ticket,
        actor=actor,
        outcome=Outcome.REFUSED,
        ticket=ticket.pk,
        reason=error.code,
    )
    return error


def sweep_tickets() -> int:
    """Removes expired tickets, used or not; how many."""
    return DownloadTicket.objects.filter(expires_at__lte=timezone.now()).delete()[0]
