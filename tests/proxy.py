"""A TCP proxy that behaves, until it is told not to: what stands in front of a
real store is a network."""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Self

_HEAD = re.compile(rb"(GET|HEAD|PUT|POST|DELETE) \S+ HTTP/1\.1\r\n")
_PIECE = 16 * 1024
_BUSY = b"<?xml version='1.0'?><Error><Code>SlowDown</Code></Error>"
_BUSY_ANSWER = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_BUSY), _BUSY)
)


class Fault(Enum):
    BUSY = auto()
    """Requests are answered with 503; what is being answered breaks off."""
    HANG = auto()
    """Nothing passes any more, and nobody hangs up."""
    RESET = auto()
    """Connections end as if the other machine had restarted."""
    SLOW = auto()
    """16 KiB a tenth of a second, each way."""


@dataclass
class Trouble:
    fault: Fault
    after_requests: int
    after_bytes: int
    once: bool
    requests: int = 0
    passed: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def is_due(self, request: int) -> bool:
        return request >= self.after_requests and self.passed >= self.after_bytes


class Proxy:
    """Passes on to ``port`` of this machine whatever reaches its own."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.trouble: Trouble | None = None
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.behave()
        # Closing alone would not wake the thread that waits for connections.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in list(self._open):
            _hang_up(end)

    def misbehave(
        self,
        fault: Fault,
        *,
        after_requests: int = 0,
        after_bytes: int = 0,
        once: bool = False,
    ) -> None:
        """From now on, or once so many more requests have begun and so many more
        bytes have passed, in both directions together. ``once``: no more than that."""
        self.behave()
        self.trouble = Trouble(fault, after_requests, after_bytes, once)

    def behave(self) -> None:
        """What hangs is hung up; everything new passes."""
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            trouble.over.set()

    @property
    def requests(self) -> int:
        """How many began since it was told to misbehave."""
        return self.trouble.requests if self.trouble else 0

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self._target)
                except OSError:
                    _reset(client)
                    continue
                self._open |= {client, server}
                link = _Link(self, client, server)
                for way in (link.ask, link.answer):
                    threading.Thread(target=way, daemon=True).start()

    def close(self, *ends: socket.socket) -> None:
        for end in ends:
            _hang_up(end)
            self._open.discard(end)


class _Link:
    """One client's connection and the one that stands for it behind."""

    def __init__(
        self, proxy: Proxy, client: socket.socket, server: socket.socket
    ) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._request: tuple[Trouble | None, int] = (None, 0)

    def ask(self) -> None:
        self._pass_on(self._client, self._server)

    def answer(self) -> None:
        self._pass_on(self._server, self._client)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_PIECE):
                trouble = self._proxy.trouble
                if trouble is not None:
                    if source is self._client and _HEAD.match(data):
                        self._request = trouble, trouble.requests
                        trouble.requests += 1
                    since, number = self._request
                    # One that began earlier is due at once or not at all.
                    due = trouble.is_due(number if since is trouble else 0)
                    if due and trouble.once:
                        self._proxy.behave()
                    if due and self._suffer(trouble, source):
                        break
                    trouble.passed += len(data)
                target.sendall(data)
        self._proxy.close(source, target)

    def _suffer(self, trouble: Trouble, source: socket.socket) -> bool:
        """Whether that was the end of the connection."""
        if trouble.fault is Fault.SLOW:
            trouble.over.wait(0.1)
            return False
        if trouble.fault is Fault.HANG:
            trouble.over.wait()
        elif trouble.fault is Fault.RESET:
            _reset(self._client)
        elif source is self._client:
            self._client.sendall(_BUSY_ANSWER)
            self._client.shutdown(socket.SHUT_WR)
            while self._client.recv(_PIECE):  # So that the answer is not lost.
                pass
        return True


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RD)  # Wakes the thread that reads from it.
    end.close()


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):  # Perhaps the other thread was here before.
        end.shutdown(socket.SHUT_RDWR)
    end.close()
