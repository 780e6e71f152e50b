"""Every action that is written to the trail has words, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM, record
from medisync.audit.words import ACTORS, action_name, actor_name, noun_name

_APPS = ["medisync", "appointments", "recordings", "notes", "telephony"]
_CALL = re.compile(
    r'(?:record|build|_tell|_note|_set|_refused)\([^")]*"([a-z_]+\.[a-z_]+)"'
)


def actions() -> list[str]:
    found: set[str] = set()
    for app in _APPS:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            found |= set(_CALL.findall(path.read_text()))
    return sorted(found)


@pytest.mark.once
def test_every_action_has_words() -> None:
    assert len(actions()) > 50
    assert [action for action in actions() if action_name(action) == action] == []
    nouns = {action.partition(".")[0] for action in actions()}
    assert [noun for noun in nouns if noun_name(noun) == noun] == []


@pytest.mark.once
def test_what_has_no_words_is_shown_as_it_is() -> None:
    assert action_name("moon.orbit") == "moon.orbit"
    assert noun_name("moon") == "moon"
    assert actor_name("user", "Dr. Amara Osei") == "Dr. Amara Osei"
    assert actor_name("public", "") == str(ACTORS["public"])


@pytest.mark.once
def test_words_are_german_for_germans() -> None:
    with override("de"):
        assert action_name("recording.play") == "Aufnahme: Angehört"
        assert action_name("call_recording.report") == "Anrufaufnahme: Gemeldet"
        assert actor_name("system", "system") == "Betrieb oder Server"


@pytest.mark.django_db
def test_the_admin_shows_the_trail_in_german(client: Client, superuser: User) -> None:
    event = record("user.update", superuser, actor=SYSTEM)
    client.force_login(superuser)
    for path in ("", f"{event.pk}/change/"):
        answer = client.get(
            f"/admin/audit/auditevent/{path}", headers={"Accept-Language": "de"}
        )
        page = answer.content.decode()
        assert "Person: Geändert" in page
        assert "Betrieb oder Server" in page
        assert ">system<" not in page
