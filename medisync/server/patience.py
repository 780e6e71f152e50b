"""How long a client may take, and the socket that knows it."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: A request's line and headers are here within so many seconds.
HEAD_SECONDS = 20
#: A body goes on arriving and an answer goes on being taken at least so often.
IDLE_SECONDS = 60

_KEPT = 2048  # Enough of a message to tell its path's first words.


class ImpatientSocket(socket.socket):
    """A client's connection that ends as if broken when the client is too slow."""

    _head = b""
    _head_due: float | None = None
    _last_path = ""
    #: The answer that is still being sent after its request's thread has gone on.
    parked: Any = None

    def expect_head(self) -> None:
        self._head, self._head_due = b"", time.monotonic() + HEAD_SECONDS

    def head_is_here(self, path: str) -> None:
        self._head_due, self._last_path = None, path
        self.settimeout(IDLE_SECONDS)

    @property
    def path(self) -> str:
        """What the message being read seems to be addressed to.

        One that does not tell stands for the one before it: so look the last bytes of
        a body that is longer than its Content-Length.
        """
        target = self._head.lstrip().partition(b"\r\n")[0].split(b" ")[1:2]
        path = b"".join(target).partition(b"?")[0].decode("latin-1")
        scheme, absolute, address = path.partition("://")
        if absolute and scheme.isalpha():
            path = "/" + address.partition("/")[2]
        return path if path.startswith("/") else self._last_path

    def setblocking(self, flag: bool) -> None:
        self.settimeout(IDLE_SECONDS if flag else 0)

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self._head_due is None:
            with _broken_when_late():
                return super().recv(size, flags)
        # In all, not from one byte to the next.
        self.settimeout(max(0.001, self._head_due - time.monotonic()))
        with _broken_when_late():
            data = super().recv(size, flags)
        if not self._head:
            data = _with_encoded_query(data)
        self._head = (self._head + data)[:_KEPT]
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        # Python's own has the time-out for all of the data together.
        left = memoryview(data)
        while left:
            with _broken_when_late():
                left = left[self.send(left, flags) :]


def _with_encoded_query(data: bytes) -> bytes:
    """The request line made HTTP if only the blanks in its query keep it from being.

    Some clients send the times of a Yeastar call list like that (contract yeastar
    A8). No filter on the way goes by a query, and the last blank ends it; one in a
    path stays what it is.
    """
    line, end, rest = data.partition(b"\n")
    start, mark, more = line.partition(b"?")
    query, blank, version = more.rpartition(b" ")
    if start.count(b" ") == 1 and version.startswith(b"HTTP/1."):
        line = start + mark + query.replace(b" ", b"%20") + blank + version
    return line + end + rest


@contextmanager
def _broken_when_late() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise ConnectionResetError(errno.ECONNRESET, "too slow") from None
