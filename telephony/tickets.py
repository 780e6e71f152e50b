"""Download tickets: Yeastar's ``random`` (contract yeastar A6, A7)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from ipaddress import ip_address

from django.db import transaction
from django.utils import timezone

from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from medisync.lib.errors import DomainError
from medisync.lib.hashing import secret_hash
from recordings.models import State
from telephony.errors import (
    CallRecordingNotFound,
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
    text = secrets.token_hex(16)
    now = timezone.now()
    with transaction.atomic():
        ticket = DownloadTicket.objects.create(
            random_hash=secret_hash(text),
            call_recording=call_recording,
            user=token.user,
            application_address=token.address,
            allowed_address=allowed_address,
            created_at=now,
            expires_at=now + TICKET_LIFE,
        )
        record(
            "download_ticket.add",
            ticket,
            actor=actor,
            recording=call_recording.recording_id,
            allowed_address=allowed_address,
        )
    return text


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
        .filter(random_hash=secret_hash(text))
        .first()
    )
    if ticket is None:
        # A deleted recording takes its tickets along.
        if not CallRecording.objects.filter(file_name__in=file_names).exists():
            raise CallRecordingNotFound
        raise TicketInvalid
    if (
        ticket.user_id != user.pk
        or ticket.call_recording.file_name not in file_names
        or ticket.used_at is not None
        or ticket.expires_at <= timezone.now()
    ):
        raise _refused(ticket, TicketInvalid(), actor)
    if not _opens_from(actor, ticket):
        raise _refused(ticket, TicketAddressRefused(), actor)
    if ticket.call_recording.recording.state != State.READY:
        raise _refused(ticket, CallRecordingNotFound(), actor)
    return ticket


def redeem_ticket(ticket: DownloadTicket, *, actor: Actor) -> None:
    """Burns the ticket. Of all who try, in whichever process, one succeeds.

    Raises TicketInvalid for all others.
    """
    now = timezone.now()
    with transaction.atomic():
        burnt = DownloadTicket.objects.filter(
            pk=ticket.pk, used_at__isnull=True, expires_at__gt=now
        ).update(used_at=now)
        if burnt:
            recording = ticket.call_recording.recording_id
            record("download_ticket.redeem", ticket, actor=actor, recording=recording)
    if not burnt:
        raise _refused(ticket, TicketInvalid(), actor)


def _opens_from(actor: Actor, ticket: DownloadTicket) -> bool:
    assert actor.address is not None  # pbx_actor() gives one.
    # Databases write one IPv6 address in different ways.
    caller = ip_address(actor.address)
    own, added = ticket.application_address, ticket.allowed_address
    return caller == ip_address(own) or (
        added is not None and caller == ip_address(added)
    )


def _refused(ticket: DownloadTicket, error: DomainError, actor: Actor) -> DomainError:
    """``error``, noted on the recording's trail."""
    record(
        "recording.download",
        ticket.call_recording.recording,
        actor=actor,
        outcome=Outcome.REFUSED,
        ticket=ticket.pk,
        reason=error.code,
    )
    return error


def sweep_tickets() -> int:
    """Removes expired tickets, used or not; how many."""
    return DownloadTicket.objects.filter(expires_at__lte=timezone.now()).delete()[0]
