from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from medisync.accounts.models import User
from tests.recordings.conftest import s3_store, samples
from tests.recordings.tus.sender import Sender

__all__ = ["s3_store", "samples"]


@pytest.fixture
def sender(doctor: User) -> Sender:
    return Sender(doctor)


@pytest.fixture(scope="session")
def spoken(samples: Callable[[str], Path]) -> bytes:
    """A WAV file of real speech."""
    return samples("pcm-16.wav").read_bytes()


@pytest.fixture(scope="session")
def words(samples: Callable[[str], Path]) -> bytes:
    """Samples alone, 16-bit mono at 22.05 kHz, as a recorder has them."""
    with wave.open(str(samples("pcm-16.wav"))) as file:
        return bytes(file.readframes(file.getnframes()))
