"""Every exception's answer: HTTP 200 with a code of the table (contract A1, A9).

Yeastar's documentation is silent about some cases; docs/dialects/yeastar.md
lists what each gets here, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from medisync.http.faults import PreconditionFailed, UnsatisfiableRange, status_of
from medisync.http.view import ErrorReply
from recordings.errors import RecordingNotFound, StorageFailed
from telephony.errors import (
    CallRecordingNotFound,
    CallsNotFound,
    CallsTicketInvalid,
    PbxAddressLocked,
    PbxCredentialsInvalid,
    PbxTokenExpired,
    PbxTokenUnknown,
    TicketAddressRefused,
    TicketInvalid,
)


class Errno(StrEnum):
    """The codes in use here, by their meaning in v1.1.0."""

    REQUEST_UNSUPPORTED = "10003"
    PARAMETER_BLANK = "10004"
    EXTENSION_UNKNOWN = "10006"
    BODY_NOT_JSON = "20000"
    POST_ONLY = "20001"
    USER_LOCKED = "20002"
    CREDENTIALS_WRONG = "20003"
    TOKEN_UNKNOWN = "20004"  # noqa: S105  (a code, no secret)
    TOKEN_BLANK = "20005"  # noqa: S105
    TOKEN_EXPIRED = "20006"  # noqa: S105
    BODY_BLANK = "20007"
    PORT_INVALID = "20008"
    HANDOVER_FAILED = "20010"
    HEARTBEAT_FAILED = "20011"
    RANDOM_INVALID = "20012"
    RECORDING_MISSING = "20014"
    ALLOWEDIP_INVALID = "20015"
    CALLS_TIME_INVALID = "20019"
    CALLS_RANDOM_INVALID = "20020"
    CALLS_MISSING = "20021"
    JSON_ALLOCATION_FAILED = "30001"


class Refused(Exception):
    """The request itself is wrong, before the core has seen it."""

    def __init__(self, errno: Errno) -> None:
        self.errno = errno
        self.title = errno.name.replace("_", " ").capitalize()
        super().__init__(errno.name)


#: On every answer of the dialect (contract A1).
ACCESS_HEADERS: Mapping[str, str] = {
    "Access-control-allow-origin": "*",
    "Access-control-allow-methods": "GET, POST, OPTIONS, PUT, DELETE",
}

_TABLE: Mapping[type[Exception], Errno] = {
    PbxAddressLocked: Errno.USER_LOCKED,
    PbxCredentialsInvalid: Errno.CREDENTIALS_WRONG,
    PbxTokenUnknown: Errno.TOKEN_UNKNOWN,
    PbxTokenExpired: Errno.TOKEN_EXPIRED,
    TicketInvalid: Errno.RANDOM_INVALID,
    CallsTicketInvalid: Errno.CALLS_RANDOM_INVALID,
    CallsNotFound: Errno.CALLS_MISSING,
    TicketAddressRefused: Errno.ALLOWEDIP_INVALID,
    CallRecordingNotFound: Errno.RECORDING_MISSING,
    RecordingNotFound: Errno.RECORDING_MISSING,  # Deleted while it was being served.
    StorageFailed: Errno.RECORDING_MISSING,
}

_BY_STATUS: Mapping[int, Errno] = {
    405: Errno.POST_ONLY,
    413: Errno.JSON_ALLOCATION_FAILED,
    500: Errno.HANDOVER_FAILED,
}


def describe(error: Exception) -> ErrorReply:
    """The answer to ``error``, whichever it is."""
    # Who sends a range or a condition speaks HTTP and looks for its status.
    http = isinstance(error, (UnsatisfiableRange, PreconditionFailed))
    status = status_of(error) if http else 200
    return ErrorReply(
        status, {"status": "Failed", "errno": str(errno_of(error))}, ACCESS_HEADERS
    )


def errno_of(error: Exception) -> Errno:
    if isinstance(error, Refused):
        return error.errno
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind]
    return _BY_STATUS.get(status_of(error), Errno.REQUEST_UNSUPPORTED)


def is_fault(error: Exception) -> bool:
    """Whether ``error`` is ours to repair, not the caller's."""
    return isinstance(error, StorageFailed) or errno_of(error) is Errno.HANDOVER_FAILED
