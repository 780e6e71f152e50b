"""What is no request: the server's own errors, its log, and clients that dawdle."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
import requests

from medisync.server import patience
from tests.server import Server

pytestmark = pytest.mark.once

SECRET = "5ecre7-f00d"
JSON_IN_CHUNKS = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
START = f"POST /api/login?token={SECRET} HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as running:
        yield running


def ask(server: Server, message: str) -> tuple[int, str, str]:
    """Status, headers and body of the answer to ``message``, sent as it is."""
    with socket.create_connection(("127.0.0.1", server.port), 30) as line:
        line.sendall(message.encode("latin-1"))
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65_536), b"")).decode()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split(" ")[1]), head, body


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (f"POST /api/login\xff?token={SECRET} HTTP/1.1\r\n\r\n", 400),
        (f"post /api/login?token={SECRET} HTTP/1.1\r\n\r\n", 400),
        (f"GET /api/login?token={SECRET} HTTP/9.9\r\n\r\n", 400),
        (f"GET /api/login?token={SECRET}{'a' * 9000} HTTP/1.1\r\n\r\n", 414),
        (f"{START}X: {'a' * 20_000}\r\n\r\n", 431),
        (f"{START}Transfer-Encoding: {SECRET}\r\n\r\n", 400),
        (f"{START}Content-Length: {SECRET}\r\n\r\n", 400),
        (f"{START}Bad Name: {SECRET}\r\n\r\n", 400),
        (f"{START}Expect: {SECRET}\r\n\r\n", 417),
        (f"{START}{JSON_IN_CHUNKS}{SECRET}\r\n", 400),
    ],
)
def test_the_dialect_answers_and_the_log_keeps_silent(
    server: Server, message: str, status: int
) -> None:
    answered, _, body = ask(server, message)

    assert answered == status
    assert json.loads(body)["success"] is False
    assert SECRET not in body + server.log()


@pytest.mark.parametrize(
    ("path", "status", "key"),
    [
        ("/api/v1.1.0/heartbeat", 200, "errno"),
        ("/2010-04-01/Accounts", 400, "more_info"),
        ("/api/laml/2010-04-01/Accounts", 400, "more_info"),
        ("/api/download", 400, "error"),
        ("/api/auth/login", 400, "message"),
    ],
)
def test_each_dialect_has_its_shape(
    server: Server, path: str, status: int, key: str
) -> None:
    answered, head, body = ask(server, f"GET {path} HTTP/1.1\r\nBad Name: 1\r\n\r\n")

    assert answered == status
    assert "application/json" in head
    assert key in json.loads(body)


def test_a_page_is_answered_with_a_page(server: Server) -> None:
    status, head, _ = ask(server, "GET /sign-in HTTP/1.1\r\nBad Name: 1\r\n\r\n")

    assert status == 400
    assert "text/html" in head


Pair = tuple[patience.ImpatientSocket, socket.socket]


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.05)
    monkeypatch.setattr(patience, "IDLE_SECONDS", 0.05)
    ours, theirs = socket.socketpair()
    with patience.ImpatientSocket(fileno=ours.detach()) as server_side, theirs:
        server_side.setblocking(True)
        yield server_side, theirs


def test_half_a_head_ends_the_connection(pair: Pair) -> None:
    ours, theirs = pair
    ours.expect_head()
    theirs.sendall(b"GET /api/health HTTP/1.1\r\nX")

    assert ours.recv(8192)
    assert ours.path == "/api/health"
    with pytest.raises(ConnectionResetError):
        ours.recv(8192)


def test_a_body_and_a_listener_may_pause_only_so_long(pair: Pair) -> None:
    ours, _ = pair
    ours.expect_head()
    ours.head_is_here("/api/recordings")

    with pytest.raises(ConnectionResetError):
        ours.recv(8192)
    with pytest.raises(ConnectionResetError):
        ours.sendall(bytes(10_000_000))


@pytest.mark.parametrize(("size", "kept"), [(1_000, True), (300_000, False)])
@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_says_whether_the_connection_goes_on(
    server: Server, size: int, kept: bool, chunked: bool
) -> None:
    body = bytes(size)
    path = f"/api/recordings/add/{'0' * 24}"
    with requests.Session() as client:
        refused = client.post(server.url + path, data=iter([body]) if chunked else body)
        assert refused.status_code == 401
        assert refused.headers["Connection"] == (
            "keep-alive" if kept and not chunked else "close"
        )

        assert client.get(f"{server.url}/api/health").status_code == 200
