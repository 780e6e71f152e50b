"""Every exception's answer: HTTP 200 with a code of the table (contract C1, C7)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from medisync.http.faults import PreconditionFailed, UnsatisfiableRange, status_of
from medisync.http.view import ErrorReply
from recordings.errors import RecordingNotFound, StorageFailed
from telephony.errors import (
    CallRecordingNotFound,
    OpenApiLinkInvalid,
    OpenApiTokenInvalid,
    PbxAddressLocked,
    PbxCredentialsInvalid,
)


class Errcode(IntEnum):
    """The codes in use here, each with the name the table gives it."""

    INTERNAL_SERVER_ERROR = -2
    FAILURE = -1
    SUCCESS = 0
    INTERFACE_NOT_EXISTED = 10001
    API_VERSION_UNSUPPORTED = 10003
    TOKEN_EXPIRED = 10004
    ACCESS_DENIED = 10005
    OPERATION_FAILED = 10009
    PARAMETER_SYNTAX_ERROR = 40001
    PARAMETER_ERROR = 40002
    DATA_NOT_FOUND = 60001
    MAX_LIMITATION_EXCEEDED = 60002

    @property
    def message(self) -> str:
        return self.name.replace("_", " ")


class Refused(Exception):
    """The request itself is wrong, before the core has seen it."""

    def __init__(self, errcode: Errcode, *, field: str = "", value: str = "") -> None:
        self.errcode = errcode
        self.field, self.value = field, value
        super().__init__(errcode.name)


_TABLE: Mapping[type[Exception], Errcode] = {
    PbxAddressLocked: Errcode.MAX_LIMITATION_EXCEEDED,
    PbxCredentialsInvalid: Errcode.FAILURE,
    OpenApiTokenInvalid: Errcode.TOKEN_EXPIRED,
    OpenApiLinkInvalid: Errcode.DATA_NOT_FOUND,
    CallRecordingNotFound: Errcode.DATA_NOT_FOUND,
    RecordingNotFound: Errcode.DATA_NOT_FOUND,  # Deleted while it was being served.
    StorageFailed: Errcode.INTERNAL_SERVER_ERROR,
}

_BY_STATUS: Mapping[int, Errcode] = {
    404: Errcode.INTERFACE_NOT_EXISTED,
    405: Errcode.INTERFACE_NOT_EXISTED,
    413: Errcode.PARAMETER_SYNTAX_ERROR,
    500: Errcode.INTERNAL_SERVER_ERROR,
}


def describe(error: Exception) -> ErrorReply:
    """The answer to ``error``, whichever it is."""
    errcode = errcode_of(error)
    body: dict[str, Any] = {"errcode": int(errcode), "errmsg": errcode.message}
    if isinstance(error, Refused) and error.field:
        body["invalid_param_list"] = [{"field": error.field, "value": error.value}]
    if isinstance(error, PbxCredentialsInvalid):
        wrong = {"field": "username or password", "value": "error"}
        body["invalid_param_list"] = [wrong]
    # Who sends a range or a condition speaks HTTP and looks for its status.
    http = isinstance(error, (UnsatisfiableRange, PreconditionFailed))
    return ErrorReply(status_of(error) if http else 200, body)


def errcode_of(error: Exception) -> Errcode:
    if isinstance(error, Refused):
        return error.errcode
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind]
    return _BY_STATUS.get(status_of(error), Errcode.OPERATION_FAILED)


def is_fault(error: Exception) -> bool:
    """Whether ``error`` is ours to repair, not the caller's."""
    return errcode_of(error) is Errcode.INTERNAL_SERVER_ERROR
