"""The page "Download Recording Files", step by step and byte by byte."""

from __future__ import annotations

import http.client
import json
import re
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest

from medisync.lib.hashing import secret_hash
from telephony.models import CallRecording, PbxToken
from tests.telephony import speech
from tests.telephony.yeastar.caller import (
    Caller,
    audio_of,
    check_failure,
    check_headers,
)

pytestmark = [
    pytest.mark.contract("yeastar", "A6"),
    pytest.mark.contract("yeastar", "A7"),
]

REQUEST = """\
POST /api/v1.1.0/recording/get_random?token=1e3b3ebb6a974cb42ed31de5413df52d HTTP/1.1
Content-Type:application/json; charset=utf-8
Host: 192.168.5.150
{
    "recording": "20170901181806-1504261084.7-1001-1003-Internal.wav"
}"""
# The page has a stray quote behind the file name.
PRINTED_REQUEST = REQUEST.replace('.wav"', '.wav""')

LINK = (
    "https://{pbx ip}:{https port}/api/v1.1.0/recording/download"
    "?recording={recording}&random={random}&token={token}"
)
TOKEN = "1e3b3ebb6a974cb42ed31de5413df52d"
NAME = "20170901181806-1504261084.7-1001-1003-Internal.wav"


def send(client: Any, text: str) -> Any:
    """Sends the request as it is printed: line, headers, body."""
    line, rest = text.split("\n", 1)
    method, url, _ = line.split()
    top, body = rest.split("\n{", 1)
    headers = http.client.parse_headers(BytesIO(top.encode() + b"\r\n\r\n"))
    return client.generic(
        method,
        url,
        "{" + body,
        headers["Content-Type"],
        headers={"Host": headers["Host"]},
    )


@pytest.fixture
def application(caller: Caller, settings: Any) -> Caller:
    """The page's application: its token is the one printed there."""
    settings.ALLOWED_HOSTS = ["192.168.5.150"]
    caller.client.defaults["REMOTE_ADDR"] = caller.address
    PbxToken.objects.update(token_hash=secret_hash(TOKEN))
    return caller


@pytest.fixture
def recorded(db: None) -> CallRecording:
    return speech.imported(NAME)


def test_the_three_steps(application: Caller, recorded: CallRecording) -> None:
    response = send(application.client, REQUEST)

    assert (response.status_code, response.reason_phrase) == (200, "OK")
    check_headers(response)
    answer = response.json()
    assert list(answer) == ["status", "recording", "random"]
    assert (answer["status"], answer["recording"]) == ("Success", NAME)
    assert re.fullmatch("[0-9a-f]{32}", answer["random"])

    link = (
        LINK.replace("{pbx ip}", "192.168.5.150")
        .replace("{https port}", "8088")
        .replace("{recording}", answer["recording"])
        .replace("{random}", answer["random"])
        .replace("{token}", TOKEN)
    )
    parts = urlsplit(link)

    def download() -> Any:
        return application.client.get(
            f"{parts.path}?{parts.query}",
            secure=True,
            headers={"Host": parts.netloc},
        )

    assert audio_of(download()) == speech.PROMPT.read_bytes()
    check_failure(download(), "20012")


def test_the_request_as_printed_is_not_json(
    application: Caller, recorded: CallRecording
) -> None:
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(PRINTED_REQUEST.split("\n", 3)[3])

    check_failure(send(application.client, PRINTED_REQUEST), "20000")


def test_its_failures(application: Caller) -> None:
    check_failure(send(application.client, REQUEST), "20014")
    unknown = REQUEST.replace(TOKEN, "0" * 32)
    check_failure(send(application.client, unknown), "20004")
