"""Every exception's answer in the dialect's one error shape (contract 7)."""

from __future__ import annotations

from collections.abc import Mapping

from medisync.http.faults import status_of
from medisync.http.view import ErrorReply
from recordings.errors import RecordingNotFound, StorageFailed
from telephony.errors import (
    AccountCredentialsInvalid,
    AccountNotFound,
    CallNotFound,
    CallNotInProgress,
    CallRecordingNotFound,
    TranscriptionNotFound,
)

INVALID_ARGUMENT = 10000
INVALID_CALLBACK_EVENT = 13621
INVALID_TRIM = 13699
INVALID_PAGE_TOKEN = 21481
INVALID_PAGE_SIZE = 54454


class BadArgument(Exception):
    """A parameter or form field that cannot be understood.

    ``message`` says what would be right; what was sent is not repeated.
    """

    def __init__(self, code: int, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(code)


_NOT_FOUND = (404, 20404, "The requested resource was not found")

_TABLE: Mapping[type[Exception], tuple[int, int, str]] = {
    AccountCredentialsInvalid: (401, 20003, "Authentication failed"),
    AccountNotFound: _NOT_FOUND,
    CallNotFound: _NOT_FOUND,
    CallRecordingNotFound: _NOT_FOUND,
    TranscriptionNotFound: _NOT_FOUND,
    CallNotInProgress: (400, 21220, "The call is not in progress"),
    RecordingNotFound: _NOT_FOUND,  # Deleted while it was being served.
    StorageFailed: (503, 20504, "The recording is temporarily unavailable"),
}

_BY_STATUS: Mapping[int, tuple[int, str]] = {
    400: (10000, "The request is not valid"),
    401: (20003, "Authentication failed"),
    403: (20003, "Authentication failed"),
    404: _NOT_FOUND[1:],
    405: (20004, "The method is not allowed for this resource"),
    412: (10000, "The recording is not the one that was meant"),
    413: (10000, "The request is too large"),
    415: (10000, "The type of the request's body is not supported"),
    416: (10000, "The requested range is not within the recording"),
    429: (20429, "Too many requests"),
    500: (20504, "Internal error"),
}

# ``more_info`` must be a URL, and the same one whichever host was asked: error
# handlers answer a bad Host header, too. This is where the status is explained.
_MORE_INFO = "https://www.rfc-editor.org/rfc/rfc9110#section-"
_SECTIONS: Mapping[int, str] = {
    400: "15.5.1",
    401: "15.5.2",
    404: "15.5.5",
    405: "15.5.6",
    412: "15.5.13",
    413: "15.5.14",
    415: "15.5.16",
    416: "15.5.17",
    500: "15.6.1",
    503: "15.6.4",
}


def failure(status: int, code: int, message: str) -> ErrorReply:
    body = {
        "code": code,
        "message": message,
        "more_info": _MORE_INFO + _SECTIONS.get(status, "15"),
        "status": status,
    }
    challenge = {"WWW-Authenticate": 'Basic realm="MediSync"'}
    return ErrorReply(status, body, challenge if status == 401 else {})


def describe(error: Exception) -> ErrorReply:
    """The answer to ``error``, whichever it is."""
    if isinstance(error, BadArgument):
        return failure(400, error.code, error.message)
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return failure(*_TABLE[kind])
    status = status_of(error)
    if status == 403:  # The dialect has no such status.
        status = 401
    code, message = _BY_STATUS.get(status, (10000, "The request failed"))
    return failure(status, code, message)
