"""HTTP clients that cost next to nothing: a client's own work must not hide what
the server's costs. Bare sockets, a prepared request, one buffer."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

SLICE = 64 * 1024
_BOUNDARY = b"medisync-benchmark"

Headers = dict[str, str]


class Connection:
    """One kept connection to ``url``'s server."""

    def __init__(self, url: str, headers: Headers, *, timeout: float = 600) -> None:
        parts = urlsplit(url)
        self._target = parts.path + (f"?{parts.query}" if parts.query else "")
        self._lines = "".join(
            f"{name}: {value}\r\n"
            for name, value in {"Host": parts.netloc, **headers}.items()
        )
        self.socket = socket.create_connection(
            (parts.hostname or "", parts.port or 80), timeout
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = memoryview(bytearray(1 << 20))
        self._ending = b""

    def close(self) -> None:
        self.socket.close()

    def request(self, method: str = "GET", more: str = "") -> None:
        head = f"{method} {self._target} HTTP/1.1\r\n{self._lines}{more}\r\n"
        self.socket.sendall(head.encode())

    def head(self) -> tuple[int, Headers, int]:
        """Status, headers and how much of the body came with them."""
        got = 0
        while (end := bytes(self._buffer[:got]).find(b"\r\n\r\n")) < 0:
            count = self.socket.recv_into(self._buffer[got : got + SLICE])
            assert count, "closed before an answer"
            got += count
        first, *lines = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        pairs = (line.partition(":")[::2] for line in lines)
        headers = {name.lower(): value.strip() for name, value in pairs}
        self._ending = bytes(self._buffer[end + 4 : got])[-5:]
        return int(first.split()[1]), headers, got - end - 4

    def answer(self) -> tuple[int, int]:
        """Status and length of the body, read to its end and forgotten."""
        status, headers, got = self.head()
        return status, self.rest(headers, got)

    def rest(self, headers: Headers, got: int) -> int:
        """Reads a body to its end, of which ``got`` bytes came with the head."""
        if headers.get("transfer-encoding") == "chunked":
            return self._rest_of_chunks(got)
        length = int(headers["content-length"])
        while got < length:
            count = self.socket.recv_into(self._buffer[: min(1 << 20, length - got)])
            assert count, "closed in the middle"
            got += count
        return got

    def _rest_of_chunks(self, got: int) -> int:
        while not self._ending.endswith(b"0\r\n\r\n"):
            count = self.socket.recv_into(self._buffer)
            assert count, "closed in the middle"
            got += count
            last = bytes(self._buffer[max(0, count - 5) : count])
            self._ending = (self._ending + last)[-5:]
        return got


def download(url: str, headers: Headers | None = None) -> tuple[float, float, int]:
    """Seconds to the body's first byte and to its last, and how many bytes."""
    connection = Connection(url, headers or {})
    begun = time.perf_counter()
    connection.request()
    status, found, got = connection.head()
    if not got:
        connection.socket.recv(1, socket.MSG_PEEK)
    first = time.perf_counter() - begun
    size = connection.rest(found, got)
    whole = time.perf_counter() - begun
    connection.close()
    assert status == 200, status
    return first, whole, size


def speed(url: str, headers: Headers | None = None) -> float:
    """Megabytes a second of one whole download."""
    _, seconds, size = download(url, headers)
    return size / 1e6 / seconds


def upload(url: str, headers: Headers, file: Path, field: str = "audio") -> float:
    """Seconds until a multipart upload is acknowledged; the kernel sends the file."""
    start = (
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="a.%s"\r\n\r\n'
    )
    start %= _BOUNDARY, field.encode(), file.suffix[1:].encode()
    end = b"\r\n--%s--\r\n" % _BOUNDARY
    length = len(start) + file.stat().st_size + len(end)
    kind = f"multipart/form-data; boundary={_BOUNDARY.decode()}"
    connection = Connection(url, headers)
    begun = time.perf_counter()
    connection.request("POST", f"Content-Type: {kind}\r\nContent-Length: {length}\r\n")
    connection.socket.sendall(start)
    with file.open("rb") as source:
        connection.socket.sendfile(source)
    connection.socket.sendall(end)
    status, _ = connection.answer()
    seconds = time.perf_counter() - begun
    connection.close()
    assert status == 201, status
    return seconds


def slices(url: str, headers: list[Headers], size: int, count: int) -> float:
    """Random 64 KiB ranges a second, over a kept connection for each of ``headers``."""
    each = count // len(headers)
    connections = [Connection(url, one) for one in headers]
    wrong: list[object] = []

    def ask(connection: Connection) -> None:
        for _ in range(each):
            start = int.from_bytes(os.urandom(6)) % (size - SLICE)
            connection.request(more=f"Range: bytes={start}-{start + SLICE - 1}\r\n")
            answer = connection.answer()
            if answer != (206, SLICE):
                wrong.append(answer)
                return

    threads = [threading.Thread(target=ask, args=(one,)) for one in connections]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    assert not wrong, wrong
    return each * len(headers) / seconds
