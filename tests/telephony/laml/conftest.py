from __future__ import annotations

import pytest

from telephony.models import CallRecording
from tests.telephony import speech

#: Both are asked by clients (contract 1).
MOUNTS = ["/api/laml/2010-04-01", "/2010-04-01"]


@pytest.fixture(params=MOUNTS)
def mount(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(db: None) -> speech.Client:
    return speech.Client()


@pytest.fixture
def stranger(db: None) -> speech.Client:
    """Another account, with a recording and good credentials of its own."""
    other = speech.Client()
    speech.imported("stranger.wav", account=other.account)
    return other


@pytest.fixture
def found(desk: speech.Client) -> CallRecording:
    return speech.imported(account=desk.account)
