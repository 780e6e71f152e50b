"""Bodies that come in pieces, known length or not, sent to clients that dawdle."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server import ROOT

pytestmark = pytest.mark.once

WHOLE = bytes(range(256)) * 64 * 400  # as tests.platform.bodies has it


@dataclass
class Bodies:
    process: subprocess.Popen[bytes]
    port: int
    ended: Path

    def ask(self, path: str) -> tuple[socket.socket, http.client.HTTPResponse]:
        """The line and the answer's head; the rest waits until it is read."""
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(20)
        line.connect(("127.0.0.1", self.port))
        return line, self.ask_on(line, path)

    def ask_on(self, line: socket.socket, path: str) -> http.client.HTTPResponse:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer

    def wait_for_ends(self, *kinds: str) -> None:
        deadline = time.monotonic() + 20
        while self.ended.read_text().split() != [*kinds]:
            assert time.monotonic() < deadline, self.ended.read_text()
            time.sleep(0.05)


@pytest.fixture
def bodies(tmp_path: Path) -> Iterator[Bodies]:
    """The worker with one thread: who keeps it, keeps everybody else out."""
    ended = tmp_path / "ended"
    ended.touch()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    options = ["--worker-class", "medisync.server.worker.Worker", "--threads", "1"]
    options += ["--log-level", "critical", "--graceful-timeout", "3"]
    options += ["--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    process = subprocess.Popen(
        [gunicorn, *options, "tests.platform.bodies"],
        cwd=ROOT,
        env={**os.environ, "ENDED": str(ended), "PYTHONPATH": str(ROOT)},
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 5).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield Bodies(process, port, ended)
    finally:
        process.terminate()
        assert process.wait(15) == 0


@pytest.mark.parametrize("kind", ["steady", "late"])
@pytest.mark.parametrize("query", ["", "?length"])
def test_a_dawdler_gets_all_of_it_and_keeps_the_connection(
    bodies: Bodies, kind: str, query: str
) -> None:
    line, answer = bodies.ask(f"/{kind}{query}")
    assert (answer.getheader("Transfer-Encoding") == "chunked") is (not query)
    first = answer.read(1000)

    # The only thread is free again.
    other, empty = bodies.ask("/empty")
    assert empty.read() == b""
    other.close()

    assert first + answer.read() == WHOLE
    assert bodies.ask_on(line, "/empty").status == 200
    line.close()
    bodies.wait_for_ends(kind)


@pytest.mark.parametrize("query", ["", "?length"])
def test_a_body_that_fails_half_way_does_not_look_whole(
    bodies: Bodies, query: str
) -> None:
    line, answer = bodies.ask(f"/broken{query}")
    answer.read(1000)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    line.close()
    bodies.wait_for_ends("broken")


def test_who_vanishes_or_stops_reading_is_given_up_once(bodies: Bodies) -> None:
    vanishing, first = bodies.ask("/steady")
    first.read(10)
    staring, second = bodies.ask("/late")
    second.read(10)
    vanishing.close()
    first.close()

    bodies.wait_for_ends("steady", "late")
    staring.close()


def test_who_is_still_listening_at_the_end_is_ended_in_time(bodies: Bodies) -> None:
    line, answer = bodies.ask("/steady?length")
    assert answer.read(10)
    bodies.process.terminate()

    assert bodies.process.wait(10) == 0
    bodies.wait_for_ends("steady")
    line.close()
