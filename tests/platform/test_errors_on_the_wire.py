"""Every failure below a mount, over the wire, from the server as operators start it.

What Django never sees (a line that is no HTTP, a header too long), what it refuses
before any view (a bad Host), and what views refuse: all in the dialect's shape.
"""

from __future__ import annotations

import http.client
import json
import socket
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from tests.platform.shapes import (
    Shape,
    laml,
    native,
    nuxera,
    nuxera_auth,
    pseries,
    recording,
    yeastar,
)
from tests.server import PASSWORD, Server
from tests.telephony import speech

pytestmark = [
    pytest.mark.once,
    pytest.mark.contract("medisync", "1.4"),
    pytest.mark.contract("nuxera", "1"),
    pytest.mark.contract("yeastar", "A1"),
    pytest.mark.contract("yeastar", "C7"),
    pytest.mark.contract("laml", "7"),
]

ID = "0123456789abcdef01234567"
CALL = "20170901181806-1504261084.7-1001-1003-Internal.wav"


class Answer:
    def __init__(self, line: socket.socket) -> None:
        response = http.client.HTTPResponse(line)
        response.begin()
        self.status_code = response.status
        self.content = response.read()
        self.headers = response.headers

    def json(self) -> Any:
        assert self.headers["Content-Type"].startswith("application/json")
        return json.loads(self.content)


def send(server: Server, message: str, body: bytes = b"") -> Answer:
    with socket.create_connection(("127.0.0.1", server.port), 30) as line:
        line.sendall(message.encode("latin-1") + body)
        return Answer(line)


@dataclass(frozen=True)
class Face:
    shape: Shape
    #: Something that GET finds, for whoever has ``headers``; those a caller has.
    known: str
    headers: dict[str, str]
    #: Something that takes a body.
    posted: str = ""
    #: The types of body that are refused with 415; the others read any as JSON.
    refused: tuple[str, ...] = ()
    query: str = field(default="")

    def ask(
        self,
        server: Server,
        method: str = "GET",
        path: str = "",
        body: bytes = b"",
        **more: str,
    ) -> Answer:
        headers = {"Host": "localhost", **self.headers, **more}
        if body:
            headers["Content-Length"] = str(len(body))
        lines = [f"{method} {path or self.known}{self.query} HTTP/1.1"]
        lines += [f"{name.replace('_', '-')}: {headers[name]}" for name in headers]
        return send(server, "\r\n".join([*lines, "", ""]), body)


NAMES = [
    *("native", "recording", "nuxera", "nuxera_auth", "yeastar v1", "yeastar v2"),
    *("pseries", "laml", "laml as documented"),
]


def post(server: Server, path: str, **body: str) -> dict[str, Any]:
    face = Face(native, path, {"User-Agent": "OpenAPI"})
    told: dict[str, Any] = face.ask(
        server, "POST", body=json.dumps(body).encode()
    ).json()
    return told


def faces_of(server: Server) -> dict[str, Face]:
    """Every face, to somebody whom it knows."""
    doctor = server.clinician("face@clinic.example")
    server.json("create_pbx_user", "face")
    hashed = md5(PASSWORD.encode(), usedforsecurity=False).hexdigest()
    login = {"username": "face", "password": hashed, "port": "8260"}
    token = "?token=" + post(server, "/api/v1.1.0/login", **login)["token"]
    open_api = post(
        server, "/openapi/v1.0/get_token", username="face", password=PASSWORD
    )
    account = server.json("create_account", "Face")
    sid, secret = account["account_sid"], account["token"]
    file = server.data_dir / CALL
    file.write_bytes(speech.PROMPT.read_bytes())
    call = server.json("import_recordings", str(file), "--account-sid", sid)
    basic = {"Authorization": "Basic " + b64encode(f"{sid}:{secret}".encode()).decode()}
    recordings = f"2010-04-01/Accounts/{sid}/Recordings"
    form = f"2010-04-01/Accounts/{sid}/Calls/{call['call_sid']}/Recordings"
    json_only = ("text/plain", "application/x-www-form-urlencoded", "")
    form_only = ("application/json", "text/plain")
    pbx = {
        version: Face(
            yeastar,
            f"/api/{version}/heartbeat",
            {},
            f"/api/{version}/heartbeat",
            (),
            token,
        )
        for version in ("v1.1.0", "v2.0.0")
    }
    return {
        "native": Face(
            native, "/api/user/profile", doctor, "/api/patients/add", json_only
        ),
        "recording": Face(recording, f"/api/recordings/get/{ID}", doctor),
        "nuxera": Face(nuxera, "/api/download", doctor),
        "nuxera_auth": Face(
            nuxera_auth, "/api/auth/me", doctor, "/api/auth/change-password", json_only
        ),
        "yeastar v1": pbx["v1.1.0"],
        "yeastar v2": pbx["v2.0.0"],
        "pseries": Face(
            pseries,
            "/openapi/v1.0/recording/list",
            {"User-Agent": "OpenAPI"},
            "/openapi/v1.0/get_token",
            (),
            f"?access_token={open_api['access_token']}",
        ),
        "laml": Face(laml, f"/{recordings}", basic, f"/{form}", form_only),
        "laml as documented": Face(
            laml, f"/api/laml/{recordings}", basic, f"/api/laml/{form}", form_only
        ),
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def faces(server: Server) -> dict[str, Face]:
    return faces_of(server)


@pytest.fixture(params=NAMES)
def face(request: pytest.FixtureRequest, faces: dict[str, Face]) -> Face:
    return faces[request.param]


HOST = "Host: localhost\r\n"


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (f"GET {{}}/x/nothing HTTP/1.1\r\n{HOST}", 404),
        (f"GET {{}}/%ff%fe HTTP/1.1\r\n{HOST}", 404),
        (f"GET {{}}/%00 HTTP/1.1\r\n{HOST}", 400),
        ("GET {} HTTP/1.1\r\nHost: evil.example\r\n", 400),
        (f"GET {{}} x HTTP/1.1\r\n{HOST}", 400),
        (f"GET {{}} HTTP/7.1\r\n{HOST}", 400),
        (f"GET {{}}/\xff HTTP/1.1\r\n{HOST}", 400),
        (f"GET http://localhost{{}}/\xff HTTP/1.1\r\n{HOST}", 400),
        (f"\r\n\r\nGET {{}} HTTP/1.1\r\n{HOST}", 400),
        (f"GET {{}} HTTP/1.1\r\n{HOST}No name: x\r\n", 400),
        (f"GET {{}} HTTP/1.1\r\n{HOST}Content-Length: x\r\n", 400),
        (f"GET {{}} HTTP/1.1\r\n{HOST}Transfer-Encoding: x\r\n", 400),
        (f"GET {{}}?{'x' * 9000} HTTP/1.1\r\n{HOST}", 414),
        (f"GET {{}} HTTP/1.1\r\n{HOST}Expect: x\r\n", 417),
        (f"GET {{}} HTTP/1.1\r\n{HOST}X: {'x' * 20_000}\r\n", 431),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else str(value),
)
def test_what_no_view_sees(
    server: Server, face: Face, message: str, status: int
) -> None:
    answer = send(server, message.format(face.known) + "\r\n")

    face.shape(answer, status)
    assert "A server error occurred" not in answer.content.decode()


def test_a_body_that_is_longer_than_it_says(server: Server, face: Face) -> None:
    message = f"GET {face.known} HTTP/1.1\r\n{HOST}Content-Length: 2\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 30) as line:
        line.sendall(message.encode() + b"{}")
        Answer(line)
        line.sendall(b', "more": "of it"}\r\n\r\n')
        answer = Answer(line)

    face.shape(answer, 400)


def test_a_wrong_method(server: Server, face: Face) -> None:
    face.shape(face.ask(server, "PATCH"), 405)


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=1, */*;q=0", "nonsense"])
def test_accept_decides_nothing(server: Server, face: Face, accept: str) -> None:
    usual, asked = face.ask(server), face.ask(server, Accept=accept)

    assert usual.status_code == asked.status_code
    assert usual.json().keys() == asked.json().keys()
    unknown = face.ask(server, path=f"{face.known}/x/nothing", Accept=accept)
    face.shape(unknown, 404)


def test_bodies(server: Server, face: Face) -> None:
    if not face.posted:
        return
    large = json.dumps({"x": "y" * 3_000_000}).encode()
    kind = "application/json"
    if face.shape is laml:
        large, kind = b"x=" + large, "application/x-www-form-urlencoded"

    face.shape(face.ask(server, "POST", face.posted, large, Content_Type=kind), 413)
    for refused in face.refused:
        answer = face.ask(server, "POST", face.posted, b"{}", Content_Type=refused)
        face.shape(answer, 415)


def test_too_many(server: Server, faces: dict[str, Face]) -> None:
    wrong = json.dumps({"password": "x", "port": "1"} | NAMED).encode()
    doors = {
        "native": ("/api/login", 10),
        "nuxera_auth": ("/api/auth/login", 10),
        "yeastar v1": ("/api/v1.1.0/login", 5),
        "yeastar v2": ("/api/v2.0.0/login", 5),
        "pseries": ("/openapi/v1.0/get_token", 5),
    }
    for name, (path, tries) in doors.items():
        face = faces[name]
        kind = "application/json"
        for _ in range(tries):
            face.ask(server, "POST", path, wrong, Content_Type=kind)
        answer = face.ask(server, "POST", path, wrong, Content_Type=kind)

        face.shape(answer, 429)
        code = answer.json().get("errno") or answer.json().get("errcode")
        assert code in (None, "20002", 60002)


NAMED = {"email": "face@clinic.example", "username": "face@clinic.example"}


def test_faults(tmp_path: Path) -> None:
    with Server(tmp_path / "broken") as server:
        faces = faces_of(server)
        with closing(sqlite3.connect(server.data_dir / "medisync.sqlite3")) as database:
            database.execute("PRAGMA legacy_alter_table=ON")
            tables = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND (name LIKE 'accounts_%' OR name LIKE 'telephony_%')"
            ).fetchall()
            for (table,) in tables:
                database.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')
            database.commit()

        for name in NAMES:
            answer = faces[name].ask(server)

            faces[name].shape(answer, 500)
            assert "no such table" not in answer.content.decode()
        assert faces["native"].headers["Authorization"].split()[1] not in server.log()


@pytest.mark.contract("yeastar", "A8")
def test_times_with_blanks_in_the_query(server: Server, faces: dict[str, Face]) -> None:
    for name, extid in (("yeastar v1", "extid"), ("yeastar v2", "number")):
        face = faces[name]
        mount = face.known.removesuffix("/heartbeat")
        span = {"starttime": "2017-09-01 00:00:00", "endtime": "2017-09-02 00:00:00"}
        body = json.dumps({extid: "all", **span}).encode()
        told = face.ask(server, "POST", f"{mount}/cdr/get_random", body).json()

        query = "&".join(f"{key}={value}" for key, value in span.items())
        answer = send(
            server,
            f"GET {mount}/cdr/download?{extid}=all&{query}&random={told['random']}"
            f"&{face.query[1:]} HTTP/1.1\r\n{HOST}\r\n",
        )

        assert answer.status_code == 200
        assert CALL in answer.content.decode()
