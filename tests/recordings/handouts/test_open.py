"""A link opens so many times, for whoever has it and the PIN."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from medisync.audit.models import AuditEvent, Outcome
from recordings import handouts
from recordings.choices import Form
from recordings.models import Handout, HandoutOpening, Recording
from recordings.renditions import stored_audio
from tests.recordings.handouts.conftest import MakeLink, Receiver, is_gone, text_of

pytestmark = pytest.mark.django_db


def test_looking_uses_nothing_up(make_link: MakeLink) -> None:
    made = make_link()
    scanner = Receiver(made.token)
    for _ in range(3):
        assert "Open the recording" in text_of(scanner.look())
    assert scanner.client.head(scanner.url).status_code == 200

    assert Handout.objects.get().uses_left == 1
    assert not AuditEvent.objects.filter(action="handout.open").exists()


def test_it_opens_once(make_link: MakeLink, recording: Recording) -> None:
    made = make_link(recipient="Dr. Lang")
    first, second = Receiver(made.token), Receiver(made.token, "203.0.113.8")

    page = first.open()

    assert "<audio" in text_of(page)
    assert hashlib.sha256(first.hear().content_heard).hexdigest() == recording.sha256
    # A reload, and the button once more, use up nothing and still show it.
    assert "<audio" in text_of(first.look())
    assert "<audio" in text_of(first.press())
    assert is_gone(second.look())
    assert is_gone(second.press())
    assert is_gone(second.hear())
    event = AuditEvent.objects.get(action="handout.open", outcome=Outcome.DONE)
    assert (event.object_id, event.address) == (recording.pk, "198.51.100.4")
    assert (event.actor_kind, event.actor_id) == ("handout", made.handout.pk)
    assert event.actor_name == "Link for Dr. Lang"
    refused = AuditEvent.objects.filter(outcome=Outcome.REFUSED)
    assert {event.address for event in refused} == {"203.0.113.8"}


def test_it_opens_as_often_as_it_may(make_link: MakeLink) -> None:
    made = make_link(uses=3)
    receivers = [Receiver(made.token) for _ in range(4)]
    for receiver in receivers:
        receiver.look()
    for receiver in receivers[:3]:
        receiver.press()
        receiver.press()

    assert is_gone(receivers[3].press())
    assert [receiver.hears() for receiver in receivers] == [True] * 3 + [False]


def test_without_a_cookie_nothing_is_used_up(make_link: MakeLink) -> None:
    made = make_link()

    answer = Receiver(made.token).press()

    assert answer.status_code == 400
    assert "Allow cookies" in text_of(answer)
    assert Handout.objects.get().uses_left == 1


def test_an_opening_ends_and_never_after_the_link(
    make_link: MakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_link(uses=2, expires_at=timezone.now() + timedelta(hours=1))
    receiver = Receiver(made.token)
    receiver.open()
    opening = HandoutOpening.objects.get()
    assert opening.until == made.handout.expires_at

    opening.until = timezone.now()
    opening.save(update_fields=["until"])
    assert not receiver.hears()
    # The second use is the same browser's to take.
    assert "Open the recording" in text_of(receiver.look())
    assert "<audio" in text_of(receiver.press())

    monkeypatch.setattr(handouts, "OPENING_LIFE", timedelta(minutes=5))
    long = make_link(expires_at=timezone.now() + timedelta(days=1))
    Receiver(long.token).open()
    lasts = HandoutOpening.objects.get(handout=long.handout)
    assert lasts.until - lasts.opened_at == timedelta(minutes=5)


def test_what_is_heard_is_on_the_trail(
    make_link: MakeLink, recording: Recording
) -> None:
    receiver = Receiver(make_link().token)
    receiver.open()

    part = receiver.hear(Range="bytes=100-199")
    mp3 = receiver.hear("audio.mp3?download=1")

    assert (part.status_code, len(part.content_heard)) == (206, 100)
    assert receiver.hear(Range="bytes=99999999-").status_code == 416
    assert receiver.client.head(f"{receiver.url}/original").status_code == 200
    name = f"recording-{timezone.localdate(recording.recorded_at)}.mp3"
    assert mp3["Content-Disposition"] == f'attachment; filename="{name}"'
    wanted = stored_audio(recording, Form.MP3).sha256
    assert hashlib.sha256(mp3.content_heard).hexdigest() == wanted
    for action in ("recording.play", "recording.download"):
        event = AuditEvent.objects.get(action=action)
        assert (event.actor_kind, event.object_id) == ("handout", recording.pk)
        assert event.address == "198.51.100.4"


def test_no_one_learns_of_the_link(make_link: MakeLink) -> None:
    receiver = Receiver(make_link().token)
    pages = [receiver.look(), receiver.open(), Receiver("0" * 32).look()]

    for page in pages:
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in page["Cache-Control"]
    assert "no-store" in receiver.hear()["Cache-Control"]
    assert receiver.hear()["Referrer-Policy"] == "no-referrer"
    cookie = receiver.client.cookies["handout"]
    assert cookie["path"] == receiver.url
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert set(receiver.client.cookies) == {"handout"}
