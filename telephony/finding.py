"""What a call's recording is found by, beside what the recording itself tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recordings.indexing import index
from telephony.models import Call, CallRecording

# Shorter ends of a number say little.
_SHORTEST = 3


def words_of_calls(ids: Sequence[str], **signal: object) -> dict[str, str]:
    """By recording: both parties and the file name, as the phone system has them."""
    rows = CallRecording.objects.filter(recording__in=ids).values_list(
        "recording", "file_name", "call__caller", "call__callee", "call__did_number"
    )
    return {
        recording: " ".join([name, *(_number(number or "") for number in numbers)])
        for recording, name, *numbers in rows
    }


def _number(number: str) -> str:
    """The number as it is, its digits together, and every end of these.

    People leave out a country's digits, or remember the last ones only.
    """
    digits = "".join(char for char in number if char.isdecimal())
    ends = [digits[start:] for start in range(len(digits) - _SHORTEST + 1)]
    return " ".join([number, digits, *ends])


def call_recording_saved(instance: CallRecording, **signal: Any) -> None:
    index([instance.recording_id])


def call_saved(instance: Call, created: bool, **signal: Any) -> None:
    if not created:
        index(instance.recordings.values_list("recording", flat=True))
