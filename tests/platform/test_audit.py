"""The trail is only ever added to, and knows who tried to sign in."""

from __future__ import annotations

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AppendOnly, AuditEvent
from medisync.audit.trail import SYSTEM, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(doctor: User) -> AuditEvent:
    return record("user.test", doctor, actor=SYSTEM)


def test_no_event_is_changed_or_removed(event: AuditEvent) -> None:
    same = AuditEvent.objects.filter(pk=event.pk)
    for change in (
        lambda: same.update(action="x"),
        same.delete,
        lambda: AuditEvent.objects.bulk_update([event], ["action"]),
        lambda: AuditEvent.objects.bulk_create(
            [event],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["action"],
        ),
        lambda: AuditEvent.objects.update_or_create(pk=event.pk),
        event.save,
        event.delete,
    ):
        with pytest.raises(AppendOnly):
            change()
    assert list(AuditEvent.objects.filter(action="user.test")) == [event]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("face", ["page", "native", "nuxera"])
def test_a_refused_sign_in_is_on_the_trail(
    client: Client, doctor: User, face: str, known: bool
) -> None:
    email = doctor.email if known else "nobody@clinic.example"
    url, field, kind = {
        "page": ("/sign-in", "email", None),
        "native": ("/api/login", "email", "application/json"),
        "nuxera": ("/api/auth/login", "username", "application/json"),
    }[face]
    options = {"content_type": kind} if kind else {}
    client.post(url, {field: email, "password": "wrong-1234"}, **options)  # type: ignore[arg-type]
    event = AuditEvent.objects.get(action="user.sign_in")
    assert event.outcome == "refused"
    assert event.object_id == (doctor.pk if known else "")
    assert (event.actor_kind, event.actor_id) == ("public", "")
    assert event.address == "127.0.0.1"
    # Somebody may have typed a password where the address goes.
    assert email not in str(event.__dict__)


def test_who_makes_a_user_is_told_once(client: Client, superuser: User) -> None:
    client.force_login(superuser)
    password = "correct-horse-2"
    answer = client.post(
        "/admin/accounts/user/add/",
        {
            "email": "new@clinic.example",
            "first_name": "New",
            "last_name": "Doctor",
            "role": "clinician",
            "tier": "standard",
            "is_active": "on",
            "is_verified": "on",
            "new_password": password,
            "new_password_again": password,
        },
    )
    assert answer.status_code == 302
    made = User.objects.get(email="new@clinic.example")
    event = AuditEvent.objects.get(action="user.add")
    assert (event.object_id, event.actor_id) == (made.pk, superuser.pk)
    assert event.address == "127.0.0.1"
