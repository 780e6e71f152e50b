"""Requests as known clients send them, whatever the documents say ([C] notes)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from telephony.models import CallRecording, PbxUser
from tests.telephony import speech
from tests.telephony.calls import make_call
from tests.telephony.yeastar.caller import (
    NAME,
    PASSWORD,
    PLUS_NAME,
    USERNAME,
    Caller,
    audio_of,
    check_success,
    md5,
)

TYPES = [
    "application/json; charset=utf-8",
    "application/json",
    "APPLICATION/JSON;charset=UTF-8",
    "text/plain",
    "text/plain; charset=utf-8",
    "text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "*/*",
    "nonsense",
    "",
]
LOGIN = {"username": USERNAME, "password": md5(PASSWORD), "port": "8260"}


def bare(caller: Caller, path: str, body: object) -> Any:
    """With no Content-Type at all, not even an empty one."""
    raw = json.dumps(body).encode()
    return caller.client.generic(
        "POST",
        f"{caller.mount}/{path}",
        raw,
        content_type="",
        REMOTE_ADDR=caller.address,
    )


@pytest.mark.contract("yeastar", "A1")
@pytest.mark.parametrize("content_type", TYPES)
def test_json_under_any_name(
    caller: Caller, found: CallRecording, mount: str, content_type: str
) -> None:
    make_call()
    caller.mount = mount
    span = {"extid": "all", "number": "all"}
    span |= {"starttime": "2024-03-11 00:00:00", "endtime": "2024-03-11 23:59:59"}
    for path, body in (
        (f"login?token={caller.token}", LOGIN),
        (f"recording/get_random?token={caller.token}", {"recording": NAME}),
        (f"cdr/get_random?token={caller.token}", span),
        (f"heartbeat?token={caller.token}", {"port": 8260}),
        ("token/refresh", {"refreshtoken": caller.refresh_token}),
    ):
        check_success(
            caller.send("POST", path, json.dumps(body), content_type=content_type)
        )


@pytest.mark.contract("yeastar", "A1")
def test_json_under_no_name(user: PbxUser, found: CallRecording, mount: str) -> None:
    caller = Caller(mount=mount)
    caller.token = check_success(bare(caller, "login", LOGIN))["token"]
    path = f"recording/get_random?token={caller.token}"

    random = check_success(bare(caller, path, {"recording": NAME}))["random"]

    assert audio_of(caller.download(random))


@pytest.mark.contract("yeastar", "A2")
@pytest.mark.parametrize("port", ["8260", 8260, 0, "0"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"version": "1.0.2"},
        {"version": "1.0.2", "url": "/yeastar/events", "urltag": "0"},
        {"url": "http://10.20.0.5:9000/yeastar", "urltag": "1"},
        {"url": "", "urltag": ""},
    ],
)
def test_logins(
    user: PbxUser, mount: str, port: object, more: dict[str, object]
) -> None:
    body = {**more, "port": port, "password": LOGIN["password"], "username": USERNAME}

    answer = check_success(Caller(mount=mount).send("POST", "login", json.dumps(body)))

    assert set(answer) == {"token", "refreshtoken"}


@pytest.mark.contract("yeastar", "A3")
@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("GET", ""),
        ("POST", ""),
        ("POST", "{}"),
        ("POST", "null"),
        ("POST", '{"ipaddr": "", "port": "", "url": "", "urltag": ""}'),
        ("POST", '{"ipaddr": "10.20.0.5", "port": "8260"}'),
        ("POST", '{"url": "/yeastar", "urlflag": "0"}'),
    ],
)
def test_heartbeats(caller: Caller, mount: str, method: str, body: str) -> None:
    caller.mount = mount

    check_success(caller.send(method, f"heartbeat?token={caller.token}", body))


@pytest.mark.contract("yeastar", "A7")
@pytest.mark.parametrize(
    "order",
    [
        "recording={recording}&random={random}&token={token}",
        "recording={recording}&token={token}&random={random}",
        "token={token}&random={random}&recording={recording}",
        "random={random}&recording={recording}&token={token}&_=1710121510",
    ],
)
@pytest.mark.parametrize("name", [NAME, PLUS_NAME])
def test_downloads(caller: Caller, mount: str, order: str, name: str) -> None:
    caller.mount = mount
    speech.imported(name)
    facts = {"recording": name, "random": caller.get_random(name)}

    response = caller.send(
        "GET", f"recording/download?{order.format(**facts, token=caller.token)}"
    )

    # The check of clients that look at no status.
    assert b"errno" not in audio_of(response)


@pytest.mark.contract("yeastar", "A7")
def test_what_one_mount_gave_another_takes(
    caller: Caller, found: CallRecording, mount: str
) -> None:
    random = caller.get_random()
    caller.mount = mount

    assert audio_of(caller.download(random)) == speech.PROMPT.read_bytes()


@pytest.mark.contract("yeastar", "A7")
def test_a_failure_is_json_to_who_looks_at_no_status(
    caller: Caller, mount: str
) -> None:
    caller.mount = mount

    response = caller.download("0" * 32)

    assert response["Content-Type"] == "application/json"
    assert b'"errno"' in response.content


@pytest.mark.contract("yeastar", "A8")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "order",
    [
        "{name}={who}&starttime={start}&endtime={end}&token={token}&random={random}",
        "token={token}&random={random}&{name}={who}&endtime={end}&starttime={start}",
    ],
)
def test_files_of_calls(caller: Caller, mount: str, method: str, order: str) -> None:
    make_call()
    caller.mount = mount
    name = "number" if mount.endswith("2.0.0") else "extid"
    start, end = "2024-03-11 00:00:00", "2024-03-11 23:59:59"
    asked = {name: "all", "starttime": start, "endtime": end}
    random = check_success(caller.post("cdr/get_random", asked))["random"]
    query = order.format(
        name=name, who="all", start=start, end=end, token=caller.token, random=random
    )

    response = caller.send(method, f"cdr/download?{query}", content_type="")

    body = response.getvalue().decode("utf-8-sig").strip()
    assert "errno" not in body
    header, line = body.splitlines()
    # By position, as two clients read them, and by name, as a third does.
    row = dict(zip(header.split(","), line.split(","), strict=True))
    assert line.split(",")[2] == row["callfrom"] == "2104"
    assert row["callduraction"].isdigit()
    assert row["talkduraction"].isdigit()
