from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from telephony.models import CallRecording, PbxUser
from tests.telephony import speech
from tests.telephony.yeastar.caller import ALIAS, MOUNT, NAME, V2, Caller, make_user


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def moment(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    frozen = Clock()
    monkeypatch.setattr(timezone, "now", frozen.moment)
    monkeypatch.setattr(time, "time", frozen.seconds)
    return frozen


@pytest.fixture(params=[MOUNT, ALIAS, V2])
def mount(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def user(db: None) -> PbxUser:
    return make_user()


@pytest.fixture
def found(db: None) -> CallRecording:
    return speech.imported(NAME)


@pytest.fixture
def caller(user: PbxUser) -> Caller:
    """An application that has logged in."""
    application = Caller()
    application.log_in()
    return application
