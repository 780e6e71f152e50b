"""Making, listing and revoking links on the recording's own page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.lib.hashing import secret_hash
from recordings.models import Handout, Recording
from tests.pages.conftest import SignedIn, signed_in
from tests.recordings.handouts.conftest import MakeLink, Receiver, is_gone, text_of

__all__ = ["signed_in"]

pytestmark = pytest.mark.django_db


def filled(**changes: Any) -> dict[str, Any]:
    until = timezone.localtime() + timedelta(days=2)
    facts = {"recipient": "Dr. Lang", "uses": "2", "with_pin": "on"}
    facts["until"] = until.strftime("%Y-%m-%dT%H:%M")
    return {**facts, **changes}


def page_of(recording: Recording) -> str:
    return f"/recordings/{recording.pk}/links/"


def test_a_link_is_shown_once_and_kept_nowhere(
    signed_in: SignedIn, doctor: User, recording: Recording
) -> None:
    client = signed_in(doctor)

    made = text_of(client.post(page_of(recording), filled()))

    url = re.search(r'value="http://testserver/shared/([0-9a-f]{32})"', made)
    pin = re.search(r'id="handout-pin"[^>]*value="(\d{6})"', made)
    assert url is not None
    assert pin is not None
    later = text_of(client.get(page_of(recording)))
    assert url[1] not in later
    assert pin[1] not in later
    assert "Dr. Lang" in later
    assert "2 of 2 uses left" in later
    row = Handout.objects.get()
    assert row.token_hash == secret_hash(url[1])
    event = AuditEvent.objects.get(action="handout.add")
    assert (event.object_id, event.actor_id) == (recording.pk, doctor.pk)
    assert url[1] not in str(event.details)
    assert event.details["uses"] == 2

    receiver = Receiver(url[1])
    receiver.open(pin[1])
    assert receiver.hears()
    assert "1 of 2 uses left" in text_of(client.get(page_of(recording)))


def test_revoking_ends_it_for_those_inside(
    signed_in: SignedIn, staff: User, recording: Recording, make_link: MakeLink
) -> None:
    made = make_link()
    receiver = Receiver(made.token)
    receiver.open()
    url = f"{page_of(recording)}{made.handout.pk}/revoke"

    answer = signed_in(staff).post(url, follow=True)

    told = f"{page_of(recording)}?revoked={made.handout.pk}"
    assert answer.redirect_chain == [(told, 302)]
    assert "Revoked: Link. It opens nothing any more." in text_of(answer)
    assert "Revoked:" not in text_of(signed_in(staff).get(page_of(recording)))
    assert is_gone(receiver.look())
    assert not receiver.hears()
    signed_in(staff).post(url)  # Once more changes nothing.
    assert AuditEvent.objects.filter(action="handout.revoke").count() == 1
    assert signed_in(staff).get(url).status_code == 405


def test_the_recordings_own_page_has_its_links(
    signed_in: SignedIn, doctor: User, recording: Recording, make_link: MakeLink
) -> None:
    make_link(recipient="Dr. Lang", uses=3)

    text = text_of(signed_in(doctor).get(f"/recordings/{recording.pk}/"))

    assert "3 of 3 uses left" in text
    assert f'action="{page_of(recording)}"' in text


def test_only_who_may_hear_it_makes_or_revokes_links(
    signed_in: SignedIn,
    other_doctor: User,
    recording: Recording,
    make_link: MakeLink,
) -> None:
    made = make_link()
    client = signed_in(other_doctor)

    assert client.get(page_of(recording)).status_code == 404
    assert client.post(page_of(recording), filled()).status_code == 404
    revoke = f"{page_of(recording)}{made.handout.pk}/revoke"
    assert client.post(revoke).status_code == 404
    assert Client().post(page_of(recording), filled()).status_code == 302
    assert Handout.objects.get().state == "open"


def test_a_link_is_revoked_by_its_own_recording(
    signed_in: SignedIn, doctor: User, make_link: MakeLink, recording: Recording
) -> None:
    made = make_link()
    for bad in ("0" * 24, "x", made.token):
        answer = signed_in(doctor).post(f"{page_of(recording)}{bad}/revoke")
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"uses": "0"},
        {"uses": "101"},
        {"uses": "x"},
        {"uses": "9" * 5000},
        {"until": ""},
        {"until": "2020-01-01T00:00"},
        {"until": "9999-12-31T23:59"},
        {"until": "yesterday"},
        {"recipient": "x" * 101},
        {"recipient": "\0"},
    ],
)
def test_what_a_link_cannot_be_is_told(
    signed_in: SignedIn, doctor: User, recording: Recording, changes: dict[str, str]
) -> None:
    answer = signed_in(doctor).post(page_of(recording), filled(**changes))

    assert answer.status_code == 200
    assert 'role="alert"' in text_of(answer)
    assert re.search(rf'name="{next(iter(changes))}"[^>]* autofocus', text_of(answer))
    assert not Handout.objects.exists()
