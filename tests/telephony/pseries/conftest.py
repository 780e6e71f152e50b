from __future__ import annotations

import pytest

from telephony.models import CallRecording, PbxUser
from tests.telephony import speech
from tests.telephony.pseries.caller import NAME, Caller, make_user
from tests.telephony.yeastar.conftest import Clock, clock

__all__ = ["Clock", "clock"]


@pytest.fixture
def user(db: None) -> PbxUser:
    return make_user()


@pytest.fixture
def found(db: None) -> CallRecording:
    return speech.imported(NAME)


@pytest.fixture
def caller(user: PbxUser) -> Caller:
    """An application that has its tokens."""
    application = Caller()
    application.log_in()
    return application
