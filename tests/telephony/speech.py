"""Real telephone speech: Debian's asterisk prompts, 8 kHz as phones have it."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from medisync.audit.trail import SYSTEM
from telephony.choices import Scope
from telephony.models import Account, CallRecording
from telephony.services import create_account, import_call_recording, issue_token

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
PROMPT = PROMPTS / "demo-thanks.wav"

CALL_NAME = "20240311094512-1710121510.23-+15035550176-2117-Inbound.wav"


def imported(
    file_name: str = CALL_NAME,
    *,
    account: Account | None = None,
    prompt: Path = PROMPT,
) -> CallRecording:
    result = import_call_recording(
        prompt, file_name=file_name, account=account, actor=SYSTEM
    )
    assert result.call_recording is not None, result.reason
    return result.call_recording


class Client:
    """A LaML account, a token of its, and the header that proves both."""

    def __init__(self, *, protect_media: bool = False) -> None:
        self.account, self.token = create_account(
            "Front desk", protect_media=protect_media, actor=SYSTEM
        )
        self.sid = str(self.account.pk)

    @property
    def basic(self) -> dict[str, str]:
        return basic(self.sid, self.token)

    def basic_with(self, *scopes: Scope) -> dict[str, str]:
        _, token = issue_token(self.account, scopes=scopes, actor=SYSTEM)
        return basic(self.sid, token)


def basic(sid: str, token: str) -> dict[str, str]:
    pair = base64.b64encode(f"{sid}:{token}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def copied(prompt: Path, to: Path) -> Path:
    """A prompt under another name, as a phone system would have left it."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(prompt.read_bytes())
    return to


def name_of_bytes(folder: Path, name: bytes) -> Path:
    """A path whose name no text can spell."""
    return folder / os.fsdecode(name)
