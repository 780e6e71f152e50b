"""What the OpenAPI document says of parameters, and its examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from medisync.http.openapi import Parameter
from telephony.api.pseries.errors import Errcode, Refused
from telephony.choices import CallStatus

AGENT = Parameter(
    "User-Agent",
    "Documented for every request.",
    where="header",
    type=Literal["OpenAPI"],
    required=True,
)
NAME = "20240311094512-1710121510.23-2104-2117-Internal.wav"
LINK = "Recording-k3Rz8QpLm2VtYb0N.wav"
DONE = {"errcode": 0, "errmsg": "SUCCESS"}
TOKENS = {
    **DONE,
    "access_token_expire_time": 1800,
    "access_token": "Jm4Xo2v9Tq1cR7sKe5yNwA",
    "refresh_token_expire_time": 86400,
    "refresh_token": "p0Zb8LdG3hUfW6iVnC2xQg",
}
_PARTIES = {
    "call_from": "2104",
    "call_to": "2117",
    "call_from_number": "2104",
    "call_from_name": "",
    "call_to_number": "2117",
    "call_to_name": "",
}
_RECORDING = {
    "id": 71,
    "time": "03/11/2024 09:45:10",
    "uid": "20240311094510A1B2C",
    **_PARTIES,
    "duration": 33,
    "size": 528044,
    "call_type": "Internal",
    "file": NAME,
}
_CALL = {
    "id": 71,
    "time": "03/11/2024 09:45:10",
    "timestamp": 1710150310,
    "uid": "20240311094510A1B2C",
    **_PARTIES,
    "src_trunk": "",
    "dst_trunk": "",
    "duration": 35,
    "ring_duration": 2,
    "talk_duration": 33,
    "disposition": "ANSWERED",
    "call_type": "Internal",
    "did_number": "",
    "pin_code": "",
    "record_file": NAME,
}
RECORDINGS = {**DONE, "total_number": 1, "data": [_RECORDING]}
CALLS = {**DONE, "total_number": 1, "data": [_CALL]}


def resource_of(file: str, link: str) -> dict[str, Any]:
    return {**DONE, "file": file, "download_resource_url": f"/api/download/{link}"}


def refused(field: str, value: str = "") -> Refused:
    return Refused(Errcode.PARAMETER_ERROR, field=field, value=value)


def page_parameters(orders: Mapping[str, str]) -> tuple[Parameter, ...]:
    return (
        Parameter("page", "Which page, from 1.", type=int, example=1),
        Parameter("page_size", "Rows on a page, 1 to 10000.", type=int, example=20),
        Parameter("sort_by", "What to sort by.", type=Literal[*orders], example="id"),
        Parameter("order_by", "Up or down.", type=Literal["asc", "desc"]),
    )


TIMES = tuple(
    Parameter(
        name,
        f"{text}, in Unix seconds or as the phone system shows it.",
        example="1710115200",
    )
    for name, text in {"start_time": "From when", "end_time": "Until when"}.items()
)
CALLS_SOUGHT = (
    *TIMES,
    Parameter("call_from", "Who called.", example="2104"),
    Parameter("call_to", "Who was called.", example="2117"),
    Parameter("status", "How it ended.", type=Literal[*CallStatus.values]),
    Parameter("did", "The number that was dialled.", example="5550176"),
    Parameter(
        "enable_fuzzy_search", "1: numbers may be parts.", type=Literal["0", "1"]
    ),
    Parameter("extension_group", "Refused: there are no groups.", example="Sales"),
)
