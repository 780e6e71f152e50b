"""The demo clinic's calls, as its phone system would have recorded them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from appointments.demo import patient_of
from medisync.audit.trail import SYSTEM
from medisync.demo_clinic.story import PASSWORD, Story
from recordings.media.ffmpeg import Child, Limits, find_ffmpeg, hostile_input
from telephony.attaching import attach_to_patient
from telephony.models import Account, CallRecording, PbxUser
from telephony.pbx import create_pbx_user
from telephony.services import create_account, import_call_recording

PBX_USERNAME = "larkfield-pbx"
_RINGING_SECONDS = 6  # Recording starts when the call is answered.
_LIMITS = Limits(seconds=60, file_bytes=32 << 20)


def load(story: Story, **signal: object) -> list[str]:
    """What else there is to try, as lines for people to read."""
    lines = []
    if not PbxUser.objects.filter(username=PBX_USERNAME).exists():
        create_pbx_user(PBX_USERNAME, password=PASSWORD, actor=SYSTEM)
    lines.append(f"PBX user   {PBX_USERNAME}, same password (Yeastar API)")
    name = story.parts["clinic"]["name"]
    account = Account.objects.filter(name=name).first()
    if account is None:
        account, token = create_account(name, actor=SYSTEM)
        lines.append(f"Account    {account.pk} (LaML API)")
        lines.append(f"Token      {token}, not shown again")
    for told in story.parts["calls"]:
        if not _known(told):
            _import(story, told, account)
    return [*lines, ""]


def _known(told: dict[str, Any]) -> bool:
    """Whatever day it was loaded on, a call keeps its numbers and its counter."""
    ending = f".{told['counter']}-{told['caller']}-{told['callee']}-{told['type']}.wav"
    return CallRecording.objects.filter(file_name__endswith=ending).exists()


def _file_name(story: Story, told: dict[str, Any]) -> str:
    answered = story.moment(-told["days_ago"], told["time"])
    stamp = timezone.localtime(answered).strftime("%Y%m%d%H%M%S")
    epoch = int(answered.timestamp()) - _RINGING_SECONDS
    return (
        f"{stamp}-{epoch}.{told['counter']}-{told['caller']}-{told['callee']}"
        f"-{told['type']}.wav"
    )


def _import(story: Story, told: dict[str, Any], account: Account) -> None:
    with tempfile.TemporaryDirectory(prefix="medisync-demo-") as folder:
        wav = Path(folder) / "call.wav"
        _make_wav(story.audio(told["audio"]), wav)
        result = import_call_recording(
            wav, file_name=_file_name(story, told), account=account, actor=SYSTEM
        )
    if result.call_recording is None:
        raise RuntimeError(result.reason)
    if "about" in told:
        call = result.call_recording.call
        patient = patient_of(story, told["about"])
        assert call is not None
        assert patient is not None
        attach_to_patient(call, patient, actor=SYSTEM)


def _make_wav(source: Path, target: Path) -> None:
    """8 kHz, 16 bit, as a phone system writes it; the channels are kept."""
    arguments = [
        *hostile_input(source, "ogg"),
        *["-ar", "8000", "-c:a", "pcm_s16le", "-f", "wav", f"file:{target}"],
    ]
    with Child(find_ffmpeg(settings.FFMPEG), arguments, _LIMITS) as child:
        if child.finish() != 0:
            raise RuntimeError("The demo's audio could not be converted.")
