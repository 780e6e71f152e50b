"""Whatever the reason why a link opens nothing, it looks the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, Outcome
from medisync.audit.trail import SYSTEM
from recordings.choices import State
from recordings.handouts import NewHandout, revoke_handout, sweep_handouts
from recordings.models import Handout, Recording
from recordings.services import delete_recording
from tests.recordings.handouts.conftest import MakeLink, Receiver, is_gone, text_of

pytestmark = pytest.mark.django_db


def expired(made: NewHandout) -> None:
    Handout.objects.update(expires_at=timezone.now())


def revoked(made: NewHandout) -> None:
    revoke_handout(made.handout.recording, made.handout.pk, actor=SYSTEM)


def being_deleted(made: NewHandout) -> None:
    Recording.objects.update(state=State.DELETING)


def deleted(made: NewHandout) -> None:
    delete_recording(made.handout.recording, actor=SYSTEM)


def of_a_maker_who_left(made: NewHandout) -> None:
    User.objects.filter(pk=made.handout.made_by_id).update(is_active=False)


def of_a_maker_who_may_not_hear_it(made: NewHandout) -> None:
    Recording.objects.update(doctor=User.objects.get(last_name="Brandt"))


ENDS = [
    expired,
    revoked,
    being_deleted,
    deleted,
    of_a_maker_who_left,
    of_a_maker_who_may_not_hear_it,
]


@pytest.mark.parametrize("end", ENDS)
def test_what_has_ended_is_as_what_never_was(
    make_link: MakeLink, other_doctor: User, end: Callable[[NewHandout], None]
) -> None:
    made = make_link(uses=5)
    inside, outside = Receiver(made.token), Receiver(made.token)
    inside.open()
    outside.look()
    assert inside.hears()

    end(made)

    unknown = Receiver("0" * 32).look()
    assert is_gone(unknown)
    for answer in (
        inside.look(),
        inside.press(),
        inside.hear(),
        inside.hear("audio.mp3?download=1", Range="bytes=0-9"),
        outside.look(),
        outside.press(),
        outside.hear(),
    ):
        assert answer.status_code == 404
        assert answer.content == unknown.content
        assert "handout" not in answer.cookies
    refused = AuditEvent.objects.filter(action="handout.open", outcome=Outcome.REFUSED)
    assert refused.exists() is (end is not deleted)


@pytest.mark.parametrize("token", ["x", "é" * 32, "%00", "%ff" * 16, "a" * 4000])
def test_a_strange_token_is_an_unknown_one(db: None, token: str) -> None:
    receiver = Receiver(token)
    for answer in (receiver.look(), receiver.press(), receiver.hear()):
        assert answer.status_code in (400, 404)
    assert not AuditEvent.objects.exists()


def test_a_pin_is_asked_for(make_link: MakeLink) -> None:
    made = make_link(with_pin=True)
    assert len(made.pin) == 6
    assert made.pin not in made.handout.pin_hash
    receiver = Receiver(made.token)
    wrong = f"{(int(made.pin) + 1) % 10**6:06}"

    assert "PIN" in text_of(receiver.look())
    answer = receiver.press(wrong)
    assert "not the PIN" in text_of(answer)
    assert "field is required" in text_of(receiver.press())
    assert not receiver.hears()

    assert "<audio" in text_of(receiver.press(made.pin))
    assert receiver.hears()


def test_an_address_has_five_tries_an_hour_at_a_link(make_link: MakeLink) -> None:
    made = make_link(with_pin=True)
    guesser = Receiver(made.token)
    guesser.look()
    answers = [guesser.press("guess") for _ in range(5)]

    locked = guesser.press(made.pin)

    assert all("not the PIN" in text_of(answer) for answer in answers)
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert "<audio" in text_of(Receiver(made.token, "203.0.113.8").open(made.pin))


def test_pressing_without_a_pin_is_no_try(make_link: MakeLink) -> None:
    made = make_link(with_pin=True)
    receiver = Receiver(made.token)
    receiver.open("")
    for _again in range(5):
        assert receiver.press("").status_code == 200

    assert "<audio" in text_of(receiver.press(made.pin))


def test_a_network_of_ipv6_is_one_address(make_link: MakeLink) -> None:
    made = make_link(with_pin=True)
    for n in range(5):
        Receiver(made.token, f"2001:db8:1:2:{n}::{n}").open("guess")

    assert Receiver(made.token, "2001:db8:1:2::99").open(made.pin).status_code == 429
    assert "<audio" in text_of(Receiver(made.token, "2001:db8:1:3::1").open(made.pin))


def test_a_stranger_does_not_lock_it_for_whom_it_is_for(make_link: MakeLink) -> None:
    made = make_link(with_pin=True)
    for n in range(30):
        answer = Receiver(made.token, f"203.0.113.{n}").open("guess")
        assert "not the PIN" in text_of(answer)

    assert "<audio" in text_of(Receiver(made.token, "198.51.100.4").open(made.pin))


def test_far_too_many_wrong_pins_from_anywhere_end_it(make_link: MakeLink) -> None:
    made = make_link(with_pin=True)
    assert Handout.objects.get().tries_left == 500
    Handout.objects.update(tries_left=2)
    for n in range(3):
        Receiver(made.token, f"203.0.113.{n}").open("guess")

    assert is_gone(Receiver(made.token, "203.0.113.99").open(made.pin))
    assert Handout.objects.get().state == "locked"
    event = AuditEvent.objects.get(action="handout.lock")
    assert (event.object_id, event.address) == (
        made.handout.recording_id,
        "203.0.113.1",
    )


def test_refusals_do_not_fill_the_trail(make_link: MakeLink) -> None:
    """The last that is noted says so."""
    made = make_link()
    expired(made)
    refused = AuditEvent.objects.filter(action="handout.open", outcome=Outcome.REFUSED)

    for _ in range(30):
        Receiver(made.token).look()
    noted = refused.order_by("pk").values_list("details", flat=True)
    assert ["last_this_hour" in details for details in noted] == [False] * 9 + [True]

    for n in range(120):
        Receiver(made.token, f"203.0.113.{n}").look()
    assert refused.count() == 100
    assert refused.filter(details__last_this_hour="yes").count() == 2

    other = make_link()
    expired(other)
    assert is_gone(Receiver(other.token).look())
    assert refused.count() == 101


def test_long_ended_links_are_swept(make_link: MakeLink) -> None:
    old, recent = make_link(), make_link()
    now = timezone.now()
    for made, days in ((old, 31), (recent, 29)):
        same = Handout.objects.filter(pk=made.handout.pk)
        same.update(expires_at=now - timedelta(days=days))

    assert sweep_handouts() == {"links ended long ago": 1}
    assert Handout.objects.get() == recent.handout
    assert sweep_handouts() == {"links ended long ago": 0}
