"""gunicorn's worker, made fit for strangers: what happens before Django is asked.

By itself it waits for the rest of a request for ever, in a thread that others
need; answers what is not HTTP with a page of its own; and logs the line that it
could not read, with the tokens in it.
"""

from __future__ import annotations

import errno
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.http import HttpResponse
from gunicorn import util
from gunicorn.http.body import LengthReader
from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import TConn, ThreadWorker

from medisync.lib.log import DiscreetFormatter

#: A request's line and headers are here within so many seconds.
HEAD_SECONDS = 20
#: A body goes on arriving and an answer goes on being taken at least so often.
IDLE_SECONDS = 60

_STATUS = {ExpectationFailed: 417, LimitRequestHeaders: 431, LimitRequestLine: 414}
_FAULTS = (InvalidResponseHeader, InvalidResponseHeaderName)
_DROPPED = 32 * 1024  # Of an unread body gunicorn drops twice as much.
_KEPT = 2048  # Enough of a message to tell its path's first words.

logger = logging.getLogger("medisync.requests")


class ImpatientSocket(socket.socket):
    """A client's connection that ends as if broken when the client is too slow."""

    _head = b""
    _head_due: float | None = None

    def expect_head(self) -> None:
        self._head, self._head_due = b"", time.monotonic() + HEAD_SECONDS

    def head_is_here(self) -> None:
        self._head_due = None
        self.settimeout(IDLE_SECONDS)

    @property
    def path(self) -> str:
        """What the message being read seems to be addressed to."""
        target = self._head.partition(b"\r\n")[0].split(b" ")[1:2]
        return b"".join(target).partition(b"?")[0].decode("latin-1")

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
        self._head = (self._head + data)[:_KEPT]
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        # Python's own has the time-out for all of the data together.
        left = memoryview(data)
        while left:
            with _broken_when_late():
                left = left[self.send(left, flags) :]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        with _broken_when_late():
            return super().sendfile(file, offset, count)


@contextmanager
def _broken_when_late() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise ConnectionResetError(errno.ECONNRESET, "too slow") from None


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    wsgi: Any

    def init_process(self) -> None:
        # What goes wrong with a request quotes it.
        discreet = DiscreetFormatter(self.log.error_fmt, self.log.datefmt)
        for handler in self.log.error_log.handlers:
            handler.setFormatter(discreet)
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        if not isinstance(conn.sock, ImpatientSocket):
            conn.sock = ImpatientSocket(fileno=conn.sock.detach())
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        conn.sock.expect_head()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        conn.sock.head_is_here()
        return super().handle_request(req, conn)

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.wsgi = Honest(self.wsgi)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answers as the application would, and logs nothing that was sent."""
        if isinstance(exc, ParseException) and not isinstance(exc, _FAULTS):
            status = _STATUS.get(type(exc), 400)
            logger.info("unreadable request: %s", type(exc).__name__)
        else:
            status = 500
            logger.error("unexpected fault outside any view", exc_info=exc)
        # Who is gone, or takes nothing, goes without.
        with suppress(OSError):
            util.write_nonblock(client, _message(self.wsgi.refuse(client.path, status)))


class Honest:
    """The application, whose answers say so when they end the connection.

    gunicorn reads and drops the little that is left of a body nobody wanted, and
    hangs up on more than that. A client that was promised to be kept would lose
    its next request.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self.refuse = application.refuse

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        body = environ["wsgi.input"]

        def start(*arguments: Any) -> Any:
            if _left_of(body) >= _DROPPED:
                start_response.__self__.force_close()
            return start_response(*arguments)

        return self._application(environ, start)


def _left_of(body: Any) -> float:
    """How many bytes of a request's body nobody has read yet."""
    if isinstance(body.reader, LengthReader):
        return float(body.reader.length + body.buf.tell())
    # Chunks say only at their end that they end.
    return float("inf") if getattr(body.reader, "parser", None) else 0.0


def _message(response: HttpResponse) -> bytes:
    """A whole response of Django's, as it goes over the line."""
    body: bytes = response.content
    last = {"Content-Length": len(body), "Connection": "close"}
    headers = {**response.headers, **last}
    lines = [f"HTTP/1.1 {response.status_code} {response.reason_phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
