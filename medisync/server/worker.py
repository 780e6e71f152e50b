"""gunicorn's worker, made fit for strangers: what happens before Django is asked.

By itself it waits for the rest of a request for ever, in a thread that others
need; keeps such a thread for each client that is slow to take its answer; answers
what is not HTTP with a page of its own; and logs the line that it could not read,
with the tokens in it.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from contextlib import suppress
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
from medisync.server.patience import ImpatientSocket
from medisync.server.sender import Sender
from medisync.server.sending import Sending

_STATUS = {ExpectationFailed: 417, LimitRequestHeaders: 431, LimitRequestLine: 414}
_FAULTS = (InvalidResponseHeader, InvalidResponseHeaderName)
_LISTENED_TO = 0.8  # of the graceful time-out
_DROPPED = 32 * 1024  # Of an unread body gunicorn drops twice as much.

logger = logging.getLogger("medisync.requests")


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    wsgi: Any

    def init_process(self) -> None:
        # What goes wrong with a request quotes it.
        discreet = DiscreetFormatter(self.log.error_fmt, self.log.datefmt)
        for handler in self.log.error_log.handlers:
            handler.setFormatter(discreet)
        self.sender = Sender()
        super().init_process()

    def handle_exit(self, sig: int, frame: Any) -> None:
        # Who is still listening then is given up while there is time to write down
        # what they heard.
        self.sender.stop(within=_LISTENED_TO * self.cfg.graceful_timeout)
        super().handle_exit(sig, frame)

    def run(self) -> None:
        super().run()
        self.sender.stop(within=0)
        self.sender.join(1)

    def finish_request(self, conn: TConn, done: Future[Any]) -> None:
        parked, conn.sock.parked = conn.sock.parked, None
        if parked is None:
            super().finish_request(conn, done)
            return
        keep = done.result()
        self.sender.take(
            parked,
            lambda sent: self.method_queue.defer(self.finish_sending, conn, sent, keep),
        )

    def finish_sending(self, conn: TConn, sent: bool, keep: bool) -> None:
        if sent:
            done: Future[bool] = Future()
            done.set_result(keep)
            super().finish_request(conn, done)
        else:
            self.nr_conns -= 1
            conn.close()

    def enqueue_req(self, conn: TConn) -> None:
        if not isinstance(conn.sock, ImpatientSocket):
            conn.sock = ImpatientSocket(fileno=conn.sock.detach())
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        conn.sock.expect_head()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        conn.sock.head_is_here(req.path)
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

        answer = self._application(environ, start)
        return Sending(environ["gunicorn.socket"], start_response.__self__, answer)


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
