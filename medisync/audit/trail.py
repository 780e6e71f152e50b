"""Writing to the audit trail."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, Outcome


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where.

    ``kind`` is ``user``, ``account`` (a LaML project), ``pbx`` (a Yeastar API
    user), ``handout`` (whoever holds that link), ``public`` (nobody said who they
    are) or ``system`` (a command).
    """

    kind: str
    id: str = ""
    name: str = ""
    address: str | None = None


SYSTEM = Actor("system", name="system")


def user_actor(user: User, address: str | None) -> Actor:
    return Actor("user", user.pk, str(user), address)


def record(
    action: str,
    subject: models.Model,
    *,
    actor: Actor,
    outcome: Outcome = Outcome.DONE,
    **details: object,
) -> AuditEvent:
    """Adds one event, in the caller's transaction.

    ``action`` is ``<noun>.<verb>``, as in ``recording.delete``.
    """
    event = build(action, subject, actor=actor, outcome=outcome, **details)
    event.save(force_insert=True)
    return event


def build(
    action: str,
    subject: models.Model,
    *,
    actor: Actor,
    outcome: Outcome = Outcome.DONE,
    **details: object,
) -> AuditEvent:
    """The event :func:`record` would add, not yet saved."""
    return AuditEvent(
        action=action,
        outcome=outcome,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        address=actor.address,
        object_kind=subject._meta.model_name or "",
        object_id=str(subject.pk),
        details=details,
    )
