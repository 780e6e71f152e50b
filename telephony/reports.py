"""Reports to applications and accounts: written with the change, sent by the
background worker.

A dialect renders what is sent; here is whom it may reach, and how often it is tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from medisync.audit.models import Outcome
from medisync.audit.trail import SYSTEM, record
from medisync.lib.outgoing import (
    DeliveryFailed,
    DestinationRefused,
    destinations,
    send,
)
from telephony.choices import ReportState
from telephony.models import Account, CallRecording, PbxToken, PbxUser, Report

#: After a failed try; when they are used up the report is given up.
WAITS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
#: A report whose next try is so long overdue has lost its task in a crash.
_OVERDUE = timedelta(hours=1)
#: They hold telephone numbers, so they are not kept for longer than they help.
KEPT = timedelta(days=7)


def listening_tokens() -> Iterator[PbxToken]:
    """The logins of now that said where reports go."""
    tokens = PbxToken.objects.select_related("user").filter(
        expires_at__gt=timezone.now(), user__is_active=True
    )
    return (token for token in tokens.order_by("pk") if token.report_to)


def queue_report(
    call_recording: CallRecording,
    *,
    url: str,
    headers: Mapping[str, str],
    body: str,
    method: str = "POST",
    user: PbxUser | None = None,
    address: str | None = None,
    account: Account | None = None,
) -> Report:
    """A report that is sent once the caller's transaction is committed.

    It is for a PBX user or for an account. ``address`` is where the user logged in
    from; the report goes there, or where an operator allowed, wherever ``url``
    points. An account's URL is the operator's own word: without an address it may
    be anywhere in public.
    """
    with transaction.atomic():
        report = Report.objects.create(
            call_recording=call_recording,
            user=user,
            account=account,
            address=address,
            method=method,
            url=url,
            headers=dict(headers),
            body=body,
            next_try_at=timezone.now(),
        )
        deliver_report.enqueue(report.pk)
    return report


def send_report(report_id: str) -> datetime | None:
    """Tries to deliver a report; when to try again, or None: it is done with.

    Does nothing to one that is sent, given up, deleted or not due. Of several who
    try at once one sends it.
    """
    report = (
        Report.objects.select_related("user", "call_recording")
        .filter(pk=report_id, state=ReportState.PENDING)
        .first()
    )
    if report is None or not _claim(report):
        return None
    gone = report.user is not None and not report.user.is_active
    error = "user_inactive" if gone else _try(report)
    if not error:
        _end(report, ReportState.SENT, Outcome.DONE)
        return None
    report.last_error = error
    final = error in (DestinationRefused.code, "user_inactive")
    if final or report.attempts > len(WAITS):
        _end(report, ReportState.FAILED, Outcome.FAILED)
        return None
    report.next_try_at = timezone.now() + WAITS[report.attempts - 1]
    Report.objects.filter(pk=report.pk).update(
        last_error=error, next_try_at=report.next_try_at
    )
    return report.next_try_at


def _claim(report: Report) -> bool:
    """Counts the try before it is made; False if another was faster."""
    now = timezone.now()
    if report.next_try_at > now:
        return False
    claimed = Report.objects.filter(
        pk=report.pk, state=ReportState.PENDING, attempts=report.attempts
    ).update(attempts=report.attempts + 1, next_try_at=now + WAITS[0])
    report.attempts += 1
    return claimed == 1


def _try(report: Report) -> str:
    """The code of what went wrong; empty when the report was taken."""
    if report.address is None:
        to = destinations(public=True)
    else:
        to = destinations(addresses=[ip_address(report.address)])
    try:
        status = send(
            report.method,
            report.url,
            body=report.body.encode() or None,
            headers=report.headers,
            to=to,
        )
    except (DestinationRefused, DeliveryFailed) as error:
        return error.code
    return "" if 200 <= status < 300 else f"status_{status}"


def _end(report: Report, state: ReportState, outcome: Outcome) -> None:
    with transaction.atomic():
        Report.objects.filter(pk=report.pk).update(
            state=state, last_error=report.last_error
        )
        record(
            "call_recording.report",
            report.call_recording,
            actor=SYSTEM,
            outcome=outcome,
            **_receiver(report),
            attempts=report.attempts,
            reason=report.last_error,
        )


def _receiver(report: Report) -> dict[str, str]:
    if report.account_id:
        return {"account": str(report.account_id)}
    return {"pbx_user": str(report.user_id)}


@task()
def deliver_report(report_id: str) -> None:
    """Sends a report, and comes back later if it could not be sent."""
    next_try_at = send_report(report_id)
    if next_try_at is not None:
        deliver_report.using(run_after=next_try_at).enqueue(report_id)


def sweep_reports() -> dict[str, int]:
    """Gives lost reports a new task and removes old ones; how many of each."""
    now = timezone.now()
    overdue = Report.objects.filter(
        state=ReportState.PENDING, next_try_at__lte=now - _OVERDUE
    )
    lost = list(overdue.values_list("pk", flat=True))
    for pk in lost:
        deliver_report.enqueue(pk)
    done = Report.objects.exclude(state=ReportState.PENDING)
    removed, _ = done.filter(created_at__lte=now - KEPT).delete()
    return {"lost reports": len(lost), "old reports": removed}
