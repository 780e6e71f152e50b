"""Rows of telephony that nobody listens to: their audio is nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from medisync.lib.objectid import new_object_id
from recordings.choices import Source
from recordings.models import Recording
from telephony.models import Call, CallRecording, CallTranscription

NOON = datetime(2024, 3, 11, 12, tzinfo=timezone.utc)


class RecordingFactory(DjangoModelFactory[Recording]):
    class Meta:
        model = Recording

    source = Source.CALL
    file_name = "call.wav"
    key = LazyAttribute(lambda _: f"originals/{new_object_id()}")
    sha256 = "0" * 64
    size = 1000
    container = "wav"
    codec = "pcm_s16le"
    sample_rate = 8000
    channels = 1
    duration_ms = 12_300
    origin = "test"
    created_at = NOON


class CallFactory(DjangoModelFactory[Call]):
    class Meta:
        model = Call

    caller = "+15035550176"
    callee = "2117"
    type = "Inbound"
    started_at = NOON


class CallRecordingFactory(DjangoModelFactory[CallRecording]):
    """The later it is made, the newer it is, by a minute each."""

    class Meta:
        model = CallRecording

    file_name = Sequence(lambda n: f"call-{n}.wav")
    created_at = Sequence(lambda n: NOON + timedelta(minutes=n))
    recording: Any = SubFactory(
        RecordingFactory, created_at=SelfAttribute("..created_at")
    )


class CallTranscriptionFactory(DjangoModelFactory[CallTranscription]):
    class Meta:
        model = CallTranscription

    call_recording: Any = SubFactory(CallRecordingFactory)
    account = SelfAttribute("call_recording.account")
    text = "Please bring your insurance card."
    created_at = Sequence(lambda n: NOON + timedelta(minutes=n))
