"""The forms that steer a live call's recording (contract 3.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.http import QueryDict

from medisync.lib.outgoing import DestinationRefused, check_url
from telephony.api.laml.errors import (
    INVALID_ARGUMENT,
    INVALID_CALLBACK_EVENT,
    INVALID_TRIM,
    BadArgument,
)


class _Field(NamedTuple):
    good: Callable[[str], bool]
    wanted: str
    code: int = INVALID_ARGUMENT


def _one_of(*values: str, code: int = INVALID_ARGUMENT) -> _Field:
    return _Field(values.__contains__, f"one of {', '.join(values)}", code)


def _some_of(*values: str, code: int) -> _Field:
    return _Field(
        lambda text: bool(text.split()) and set(text.split()) <= set(values),
        f"some of {', '.join(values)}, with blanks between",
        code,
    )


def _is_url(text: str) -> bool:
    try:
        check_url(text)
    except DestinationRefused:
        return False
    return True


_CREATE: Mapping[str, _Field] = {
    "RecordingChannels": _one_of("mono", "dual"),
    "RecordingTrack": _one_of("inbound", "outbound", "both"),
    "RecordingStatusCallback": _Field(_is_url, "an http or https URL"),
    "RecordingStatusCallbackMethod": _one_of("GET", "POST"),
    "RecordingStatusCallbackEvent": _some_of(
        *("completed", "in-progress", "absent"), code=INVALID_CALLBACK_EVENT
    ),
    "Trim": _one_of("trim-silence", "do-not-trim", code=INVALID_TRIM),
}
_UPDATE: Mapping[str, _Field] = {
    "Status": _one_of("paused", "in-progress", "stopped"),
    "PauseBehavior": _one_of("skip", "silence"),
}


def check_create(form: QueryDict) -> None:
    """Raises BadArgument. Every field may be left out."""
    _check(form, _CREATE)


def check_update(form: QueryDict) -> None:
    """Raises BadArgument. ``Status`` must be there."""
    if "Status" not in form:
        raise BadArgument(INVALID_ARGUMENT, "Status is required")
    _check(form, _UPDATE)


def _check(form: QueryDict, fields: Mapping[str, _Field]) -> None:
    for name, field in fields.items():
        # Twilio's libraries write a list as one field several times.
        if name in form and not field.good(" ".join(form.getlist(name))):
            raise BadArgument(field.code, f"{name} is not {field.wanted}")
