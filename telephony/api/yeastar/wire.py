"""Requests in, plain values out; facts in, answers out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any, Literal, NoReturn, NotRequired, TypedDict
from urllib.parse import unquote, unquote_plus

from django.http import HttpRequest
from rest_framework.response import Response

from medisync.lib.text import storable
from telephony.api.yeastar.errors import Errno, Refused
from telephony.api.yeastar.versions import Version

# The largest documented body has a URL and a few words in it.
_LARGEST_BODY = 64 * 1024
_PORT = re.compile(r"[0-9]{1,5}")
_HIGHEST_PORT = 65536  # As the login page prints it.
_LONGEST_URL = 1000


# --- Shapes: what goes in and comes out ---------------------------------------------


class LoginBody(TypedDict):
    username: str
    password: str
    port: str | int
    version: NotRequired[str]
    url: NotRequired[str]
    urltag: NotRequired[Literal["0", "1"]]


class RefreshBody(TypedDict):
    refreshtoken: str


class HeartbeatBody(TypedDict):
    ipaddr: NotRequired[str]
    port: NotRequired[str | int]
    url: NotRequired[str]
    urltag: NotRequired[Literal["0", "1"]]


class RandomBody(TypedDict):
    recording: str
    allowedip: NotRequired[str]


class CallsRandomBody(TypedDict):
    extid: str
    starttime: str
    endtime: str
    allowedip: NotRequired[str]


class Done(TypedDict):
    status: Literal["Success"]


class Tokens(Done):
    token: str
    refreshtoken: str


class Random(Done):
    recording: str
    random: str


class CallsRandom(Done):
    extid: str
    starttime: str
    endtime: str
    random: str


def success(**facts: str) -> Response:
    return Response({"status": "Success", **facts})


# --- Bodies -------------------------------------------------------------------------


def json_body(request: HttpRequest) -> Mapping[str, Any]:
    """The body's JSON object, whatever Content-Type says (contract A1).

    Raises Refused: blank, not JSON, not an object, larger than any call needs.
    """
    raw = request.body
    if len(raw) > _LARGEST_BODY:
        raise Refused(Errno.JSON_ALLOCATION_FAILED)
    if not raw.strip():
        raise Refused(Errno.BODY_BLANK)
    try:
        body = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):  # Bad UTF-8 is a ValueError, too.
        raise Refused(Errno.BODY_NOT_JSON) from None
    if not isinstance(body, dict):
        raise Refused(Errno.BODY_NOT_JSON)
    return body


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are Python's JSON only.


def required_text(body: Mapping[str, Any], name: str) -> str:
    """A text that is not blank. Raises Refused."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(Errno.PARAMETER_BLANK)
    return value


def login_target(body: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """Where a login wants its reports (contract A2, B). Raises Refused."""
    target = {"api": version.name, **_target(body, Errno.PORT_INVALID)}
    if "port" not in target:
        if version.default_port is None:
            raise Refused(Errno.PARAMETER_BLANK)
        target["port"] = version.default_port
    return target


def heartbeat_target(request: HttpRequest, version: Version) -> dict[str, Any]:
    """What a heartbeat changes about that; clients send anything (contract A3).

    Raises Refused for an address or a port that is none.
    """
    try:
        body = json_body(request)
    except Refused:
        return {}
    target = _target(body, Errno.HEARTBEAT_FAILED)
    host = body.get("ipaddr")
    if isinstance(host, str) and host.strip():
        target["host"] = _address(host, Errno.HEARTBEAT_FAILED)
    return {"api": version.name, **target} if target else {}


def _target(body: Mapping[str, Any], bad_port: Errno) -> dict[str, Any]:
    target: dict[str, Any] = {}
    port = body.get("port")
    if port not in (None, ""):
        target["port"] = _port(port, bad_port)
    url = body.get("url")
    if isinstance(url, str) and len(url) <= _LONGEST_URL and storable(url):
        target["url"] = url.strip()
    for name in ("urltag", "urlflag"):  # One page prints the second.
        if name in body:
            target["absolute"] = str(body[name]).strip() == "1"
    reported = body.get("version")
    if isinstance(reported, str) and storable(reported):
        target["version"] = reported.strip()[:20]
    return target


def _port(value: object, errno: Errno) -> int:
    """0 to 65536, as text or number."""
    if isinstance(value, str) and _PORT.fullmatch(value.strip()):
        value = int(value)
    # In Python true and false are numbers, too.
    if type(value) is not int or not 0 <= value <= _HIGHEST_PORT:
        raise Refused(errno)
    return value


def allowed_address(body: Mapping[str, Any]) -> str | None:
    """The one IP address in ``allowedip``; None when absent or blank (A6).

    Raises Refused for anything that is not exactly one address.
    """
    value = body.get("allowedip")
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _address(value, Errno.ALLOWEDIP_INVALID)


def _address(value: object, errno: Errno) -> str:
    try:
        if not isinstance(value, str):  # ip_address() reads numbers, too.
            raise ValueError
        address = ip_address(value.strip())
    except ValueError:
        raise Refused(errno) from None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:  # Means nothing on another machine.
            raise Refused(errno)
        # Callers are known by their IPv4 address where they have one.
        address = address.ipv4_mapped or address
    return str(address)


# --- Queries ------------------------------------------------------------------------


class Query:
    """The query string; of a parameter sent twice the last one counts."""

    def __init__(self, request: HttpRequest) -> None:
        # WSGI passes the bytes as Latin-1.
        text = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
        self._raw: dict[str, str] = {}
        for pair in text.decode("utf-8", "replace").split("&"):
            name, _, value = pair.partition("=")
            self._raw[unquote(name)] = value

    def text(self, name: str) -> str:
        return unquote_plus(self._raw.get(name, ""))

    def readings(self, name: str) -> set[str]:
        """What was meant: a raw ``+`` is itself to most callers, a blank to some."""
        raw = self._raw.get(name, "")
        return {unquote(raw), unquote_plus(raw)}


def token_of(query: Query) -> str:
    """Raises Refused when there is none."""
    token = query.text("token")
    if not token.strip():
        raise Refused(Errno.TOKEN_BLANK)
    return token


def checked_name(name: str) -> str:
    """A recording's name: a key, never a path. Raises Refused (contract A10)."""
    if not name.strip():
        raise Refused(Errno.PARAMETER_BLANK)
    if not storable(name) or "/" in name or "\\" in name or ".." in name:
        raise Refused(Errno.RECORDING_MISSING)
    return name
