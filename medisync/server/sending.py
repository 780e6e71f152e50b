"""One answer on its way to one client."""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any

from gunicorn import util
from gunicorn.http.wsgi import FileWrapper

from medisync.server.patience import ImpatientSocket

#: A request's thread sends as long as its client keeps up with it like this.
WAIT_MILLISECONDS = 20
TOGETHER_SECONDS = 0.1

_TURN = 1024 * 1024  # bytes, then it is another client's turn
# The head leaves in one packet with what follows it.
_MORE = getattr(socket, "MSG_MORE", 0)


class Want(Enum):
    """What an answer waits for."""

    CLIENT = auto()  # to take what it was sent
    PIECE = auto()  # of a body that is still being fetched or made
    NOTHING = auto()


class Sending:
    """The rest of an answer: a file from where it stands, or pieces as they come.

    It belongs to one thread at a time. gunicorn iterates over it in the place of the
    application's body; what a slow client leaves is parked at the socket, for the
    process's sender. ``end`` closes the application's response, once: there a
    recording learns how much was heard of it.
    """

    def __init__(self, sock: ImpatientSocket, answer: Any, body: Any) -> None:
        self.sock = sock
        self.moved_at = time.monotonic()
        self._answer, self._body = answer, body
        self._out = memoryview(_head(answer))
        self._chunked = answer.chunked
        self._left: int | None = 0 if answer._omits_body else answer.response_length
        self._file = None if answer._omits_body else _file_of(body)
        self._pieces = iter(() if answer._omits_body or self._file else body)
        self._all_here = self._ended = self._parked = False
        if self._file is not None:
            self._at = self._file.tell()
            if self._left is None:
                self._left = os.fstat(self._file.fileno()).st_size - self._at
        # Framed here: gunicorn has nothing to add, and goes by this alone whether
        # the connection is kept.
        if answer.should_close():
            answer.force_close()
        answer.chunked, answer.response_length = False, 0

    def __iter__(self) -> Iterator[bytes]:
        """Sends, in the request's thread, while the client keeps up."""
        if self._file is None:
            self.pull()  # A body that fails at once can still be an error.
        self._answer.headers_sent = True
        self.sock.settimeout(0)
        give_up = time.monotonic() + TOGETHER_SECONDS
        poll = select.poll()
        poll.register(self.sock, select.POLLOUT)
        while self.push(pull=True) is not Want.NOTHING:
            if time.monotonic() > give_up or not poll.poll(WAIT_MILLISECONDS):
                self._parked, self.sock.parked = True, self
                break
        self.sock.setblocking(True)
        return iter(())

    def close(self) -> None:
        """gunicorn's way of ending the body: not when it goes on elsewhere."""
        if not self._parked:
            self.end()

    def end(self) -> None:
        if self._ended:
            return
        self._ended = True
        if self._file is not None:
            os.lseek(self._file.fileno(), self._at, os.SEEK_SET)
        close = getattr(self._body, "close", None)
        if close is not None:
            close()

    def push(self, *, pull: bool) -> Want:
        """Sends what the client takes without waiting, a turn's worth at most.

        Raises OSError when the client is gone, and with ``pull`` whatever the body
        raises.
        """
        allowed = _TURN
        while allowed > 0:
            try:
                if self._out:
                    allowed -= self._send()
                elif self._file is not None and self._left:
                    allowed -= self._send_file()
                elif self._file is not None or self._all_here:
                    return Want.NOTHING
                elif pull:
                    self.pull()
                else:
                    return Want.PIECE
            except BlockingIOError:
                break
        return Want.CLIENT

    def pull(self) -> None:
        """Fetches the next piece; may wait for the store or the encoder."""
        piece = next(self._pieces, None)
        if piece is None:
            if self._left:
                raise _broken("the body is shorter than was promised")
            self._all_here = True
            end = b"0\r\n\r\n" if self._chunked else b""
            self._out = memoryview(bytes(self._out) + end)
            return
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        if piece and self._chunked:
            piece = b"%X\r\n%b\r\n" % (len(piece), piece)
        self._out = memoryview(bytes(self._out) + piece if self._out else piece)

    def _send(self) -> int:
        more = _MORE if self._file is not None and self._left else 0
        sent = self.sock.send(self._out, more)
        self._out = self._out[sent:]
        self.moved_at = time.monotonic()
        return sent

    def _send_file(self) -> int:
        assert self._file is not None
        assert self._left
        source, count = self._file.fileno(), min(self._left, _TURN)
        sent = os.sendfile(self.sock.fileno(), source, self._at, count)
        if not sent:
            raise _broken("the file is shorter than was promised")
        self._at += sent
        self._left -= sent
        self.moved_at = time.monotonic()
        return sent


def _head(answer: Any) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in answer.headers]
    return "".join([*answer.default_headers(), *lines, "\r\n"]).encode("latin-1")


def _file_of(body: Any) -> Any:
    """The file behind ``wsgi.file_wrapper``, if the system can send it by itself."""
    if isinstance(body, FileWrapper) and util.has_fileno(body.filelike):
        return body.filelike
    return None


def _broken(why: str) -> OSError:
    return ConnectionResetError(errno.ECONNRESET, why)
