"""Requests in, plain values out; facts in, answers out (contract C2 to C6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any, Generic, Literal, NoReturn, TypedDict, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone as django_timezone
from django.utils.dateparse import parse_datetime
from rest_framework.response import Response

from medisync.lib.counting import count_of
from medisync.lib.csv_lines import csv_lines
from medisync.lib.text import storable
from telephony.api.pseries.errors import Errcode, Refused
from telephony.cdr import Sought
from telephony.choices import CallStatus
from telephony.models import Call, CallRecording
from telephony.services import whole_seconds

_LARGEST_BODY = 64 * 1024
_WHOLE = re.compile(r"[0-9]{1,18}")
_MOST_IDS = 1000
_LARGEST_PAGE = 10_000
#: How times are shown; the first of those that are read.
_DISPLAY = "%m/%d/%Y %H:%M:%S"
_READ = (
    _DISPLAY,
    "%m/%d/%Y %I:%M:%S %p",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %I:%M:%S %p",
    "%Y-%m-%d %H:%M:%S",
)


# --- Shapes: what goes in and comes out ---------------------------------------------

Row = TypeVar("Row")


class Credentials(TypedDict):
    username: str
    password: str


class Refresh(TypedDict):
    refresh_token: str


class Done(TypedDict):
    errcode: Literal[0]
    errmsg: Literal["SUCCESS"]


class Tokens(Done):
    access_token_expire_time: int
    access_token: str
    refresh_token_expire_time: int
    refresh_token: str


class Listing(Done, Generic[Row]):
    total_number: int
    data: list[Row]


class Resource(Done):
    file: str
    download_resource_url: str


class Parties(TypedDict):
    call_from: str
    call_to: str
    call_from_number: str
    call_from_name: str
    call_to_number: str
    call_to_name: str


class RecordingFacts(Parties):
    id: int
    time: str
    uid: str
    duration: int
    size: int
    call_type: str
    file: str


class CallFacts(Parties):
    id: int
    time: str
    timestamp: int
    uid: str
    src_trunk: str
    dst_trunk: str
    duration: int
    ring_duration: int
    talk_duration: int
    disposition: str
    call_type: str
    did_number: str
    pin_code: str
    record_file: str


def success(**facts: Any) -> Response:
    return Response({"errcode": 0, "errmsg": Errcode.SUCCESS.message, **facts})


# --- Bodies -------------------------------------------------------------------------


def body_texts(request: HttpRequest, *names: str) -> list[str]:
    """Texts of the body's JSON object, whatever Content-Type says. Raises Refused."""
    raw = request.body
    if len(raw) > _LARGEST_BODY:
        raise Refused(Errcode.PARAMETER_SYNTAX_ERROR)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):  # Bad UTF-8 is a ValueError, too.
        body = None
    if not isinstance(body, dict):
        raise Refused(Errcode.PARAMETER_SYNTAX_ERROR)
    return [_text(body, name) for name in names]


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(Errcode.PARAMETER_ERROR, field=name)
    return value


# --- Queries ------------------------------------------------------------------------

Query = Mapping[str, str]


@dataclass(frozen=True)
class Page:
    number: int
    size: int
    order: tuple[str, ...]

    def of(self, rows: QuerySet[Any]) -> tuple[int, Iterable[Any]]:
        """How many rows there are, and those of this page."""
        total = count_of(rows)
        start = (self.number - 1) * self.size
        # Beyond the last page nobody is asked.
        shown = rows.order_by(*self.order)[start : start + self.size]
        return total, shown if start < total else ()


def page_of(query: Query, sortable: Mapping[str, str]) -> Page:
    """Raises Refused. ``sortable``: what may be sorted by, and its column."""
    name = query.get("sort_by") or "id"
    direction = (query.get("order_by") or "asc").lower()
    if name not in sortable:
        _refuse(query, "sort_by")
    if direction not in ("asc", "desc"):
        _refuse(query, "order_by")
    # Of equal ones the number decides, so that no row is on two pages.
    columns = dict.fromkeys((sortable[name], "number"))
    sign = "-" if direction == "desc" else ""
    return Page(
        number=_whole(query, "page", 1) or _refuse(query, "page"),
        size=_size(query),
        order=tuple(f"{sign}{column}" for column in columns),
    )


def _size(query: Query) -> int:
    size = _whole(query, "page_size", _LARGEST_PAGE)
    if not 0 < size <= _LARGEST_PAGE:
        _refuse(query, "page_size")
    return size


def sought_recordings(query: Query) -> Sought:
    """Raises Refused."""
    return Sought(
        start=_time(query, "start_time"),
        end=_time(query, "end_time"),
        caller=_number(query, "caller"),
        callee=_number(query, "callee"),
        numbers=_ids(query),
    )


def sought_calls(query: Query) -> Sought:
    """Raises Refused, also for an extension group: there are none."""
    status = query.get("status", "")
    if status and status not in CallStatus.values:
        _refuse(query, "status")
    if query.get("extension_group"):
        _refuse(query, "extension_group")
    fuzzy = query.get("enable_fuzzy_search", "").strip()
    if fuzzy not in ("", "0", "1"):
        _refuse(query, "enable_fuzzy_search")
    did, _, _ = _checked(query, "did").partition(":")  # The rest is its trunk.
    return Sought(
        start=_time(query, "start_time"),
        end=_time(query, "end_time"),
        caller=_number(query, "call_from"),
        callee=_number(query, "call_to"),
        status=status,
        did_number=did,
        fuzzy=fuzzy == "1",
    )


def wanted_recording(query: Query) -> int | str:
    """A recording by its ``id`` or its ``file`` name. Raises Refused."""
    if query.get("id", "").strip():
        return _whole(query, "id", 0)
    if query.get("file", "").strip():
        return query["file"]
    raise Refused(Errcode.PARAMETER_ERROR, field="id or file")


def _refuse(query: Query, name: str) -> NoReturn:
    raise Refused(Errcode.PARAMETER_ERROR, field=name, value=query.get(name, "")[:100])


def _checked(query: Query, name: str) -> str:
    value = query.get(name, "").strip()
    if not storable(value):
        raise Refused(Errcode.PARAMETER_ERROR, field=name)
    return value


def _whole(query: Query, name: str, default: int) -> int:
    value = query.get(name, "").strip()
    if not value:
        return default
    if not _WHOLE.fullmatch(value):
        _refuse(query, name)
    return int(value)


def _number(query: Query, name: str) -> str:
    """A telephone number, which may come as it is shown: ``Ada<2104>``."""
    value = _checked(query, name)
    if value.endswith(">") and "<" in value:
        return value[value.rindex("<") + 1 : -1]
    return value


def _ids(query: Query) -> tuple[int, ...]:
    parts = [part.strip() for part in query.get("ids", "").split(",") if part.strip()]
    if len(parts) > _MOST_IDS or not all(map(_WHOLE.fullmatch, parts)):
        _refuse(query, "ids")
    return tuple(map(int, parts))


def _time(query: Query, name: str) -> datetime | None:
    """Unix seconds, or local time in one of the formats a phone system shows."""
    value = query.get(name, "").strip()
    if not value:
        return None
    with suppress(ValueError, OverflowError, OSError):
        if _WHOLE.fullmatch(value):
            return datetime.fromtimestamp(int(value), timezone.utc)
    zone = django_timezone.get_default_timezone()
    for form in _READ:
        with suppress(ValueError, OverflowError):
            local = datetime.strptime(value, form).replace(tzinfo=zone)
            return local.astimezone(timezone.utc)
    _refuse(query, name)


# --- What a link stands for ---------------------------------------------------------


def dump_sought(sought: Sought) -> dict[str, Any]:
    facts = asdict(sought)
    for name in ("start", "end"):
        facts[name] = facts[name].isoformat() if facts[name] else None
    return facts


def load_sought(facts: Mapping[str, Any]) -> Sought:
    times = {
        name: parse_datetime(facts[name]) if facts[name] else None
        for name in ("start", "end")
    }
    return Sought(**{**facts, **times, "numbers": tuple(facts["numbers"])})


# --- Answers ------------------------------------------------------------------------

RECORDING_ORDERS = {"id": "number", "time": "recording__recorded_at"}
CALL_ORDERS = {
    "id": "number",
    "time": "started_at",
    "uid": "started_at",
    "duration": "duration_s",
    "ring_duration": "ring_s",
    "talk_duration": "duration_s",
    "disposition": "status",
    "src_trunk": "source_trunk",
    "dst_trunk": "destination_trunk",
    "call_type": "type",
    "did_number": "did_number",
}


def recording_facts(row: CallRecording) -> RecordingFacts:
    call, recording = row.call, row.recording
    return {
        "id": row.number,
        "time": _shown(recording.recorded_at),
        # The call's own, by which clients find what cdr/list tells of it.
        "uid": _uid_of(call) if call else _uid(recording.recorded_at, row.pk.hex),
        **_parties(call),
        "duration": whole_seconds(recording),
        "size": recording.size,
        "call_type": call.type if call else "",
        "file": row.file_name,
    }


CALL_COLUMNS = (
    *("id", "time", "timestamp", "uid"),
    *("call_from", "call_to", "call_from_number", "call_from_name"),
    *("call_to_number", "call_to_name", "src_trunk", "dst_trunk"),
    *("duration", "ring_duration", "talk_duration", "disposition"),
    *("call_type", "did_number", "pin_code", "record_file"),
)


def call_facts(call: Call) -> CallFacts:
    recorded = [row.file_name for row in call.recordings.all()]
    return {
        "id": call.number,
        "time": _shown(call.started_at),
        "timestamp": int(call.started_at.timestamp()),
        "uid": _uid_of(call),
        **_parties(call),
        "src_trunk": call.source_trunk,
        "dst_trunk": call.destination_trunk,
        "duration": call.ring_s + call.duration_s,
        "ring_duration": call.ring_s,
        "talk_duration": call.duration_s,
        "disposition": call.status,
        "call_type": call.type,
        "did_number": call.did_number,
        "pin_code": call.pincode,
        "record_file": recorded[0] if recorded else "",
    }


def _parties(call: Call | None) -> Parties:
    """Names are not known; a number stands where both would."""
    caller, callee = (call.caller, call.callee) if call else ("", "")
    return {
        "call_from": caller,
        "call_to": callee,
        "call_from_number": caller,
        "call_from_name": "",
        "call_to_number": callee,
        "call_to_name": "",
    }


def _shown(moment: datetime) -> str:
    return django_timezone.localtime(moment).strftime(_DISPLAY)


def _uid_of(call: Call) -> str:
    return _uid(call.started_at, call.pk.hex)


def _uid(moment: datetime, digits: str) -> str:
    stamp = django_timezone.localtime(moment).strftime("%Y%m%d%H%M%S")
    return f"{stamp}{digits[:5].upper()}"


def csv_of(calls: Iterable[Call]) -> Iterator[str]:
    """The same facts as a list has, one line a call, headed by their names."""
    return csv_lines(CALL_COLUMNS, (call_facts(call).values() for call in calls))
