from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from medisync.accounts.models import User
from medisync.audit.trail import user_actor
from recordings.handouts import NewHandout, make_handout
from recordings.models import Recording
from tests.conftest import PatientClient
from tests.recordings.conftest import AddVisit

MakeLink = Callable[..., NewHandout]


@pytest.fixture
def recording(doctor: User, add_visit: AddVisit) -> Recording:
    return add_visit(doctor)


@pytest.fixture
def make_link(recording: Recording, doctor: User) -> MakeLink:
    """A link of the doctor's to the recording, made by the service."""

    def make(**facts: Any) -> NewHandout:
        facts.setdefault("by", doctor)
        facts.setdefault("expires_at", timezone.now() + timedelta(days=1))
        actor = user_actor(doctor, "192.0.2.1")
        return make_handout(recording, actor=actor, **facts)

    return make


class Receiver:
    """Somebody with a link, in a browser of their own."""

    def __init__(self, token: str, address: str = "198.51.100.4") -> None:
        self.client = PatientClient()
        self.client.defaults["REMOTE_ADDR"] = address
        self.url = f"/shared/{token}"

    def look(self) -> Any:
        return self.client.get(self.url)

    def open(self, pin: str = "") -> Any:
        """What one sees after pressing the button."""
        self.look()
        return self.press(pin)

    def press(self, pin: str = "") -> Any:
        return self.client.post(self.url, {"pin": pin} if pin else {}, follow=True)

    def hear(self, end: str = "original", **headers: str) -> Any:
        answer: Any = self.client.get(f"{self.url}/{end}", headers=headers)
        answer.content_heard = answer.getvalue()
        return answer

    def hears(self) -> bool:
        answer = self.hear()
        return answer.status_code == 200 and bool(answer.content_heard)


def is_gone(answer: Any) -> bool:
    return bool(answer.status_code == 404 and "opens nothing" in text_of(answer))


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())
