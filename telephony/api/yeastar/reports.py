"""NewCdr reports to the applications that logged in (contract A11)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from telephony.api.yeastar.calls import new_cdr
from telephony.api.yeastar.versions import V1, V2
from telephony.cdr import CallLine
from telephony.models import CallRecording
from telephony.reports import listening_tokens, queue_report

_HEADERS = {
    "User-Agent": "WebAPI",
    "Content-Type": "application/json",
    "Accept": "application/json",
}
_VERSIONS = {version.name: version for version in (V1, V2)}
_HIGHEST_PORT = 65535  # Of those there are; a login may name one more.


def report_call(
    sender: object, *, call_recording: CallRecording, **signal: object
) -> None:
    """Writes one report for each place where an application waits for them.

    An application that logged in several times is told once.
    """
    call = call_recording.call
    assert call is not None  # Only recordings of calls are told.
    told = set()
    for token in listening_tokens():
        url = report_url(token.report_to, token.address)
        if url is None or (token.user_id, url) in told:
            continue
        told.add((token.user_id, url))
        body = new_cdr(
            CallLine(call, call_recording.file_name),
            _VERSIONS[token.report_to["api"]],
            old_form=not token.report_to.get("version"),
        )
        queue_report(
            call_recording,
            user=token.user,
            address=token.address,
            url=url,
            headers=_HEADERS,
            body=json.dumps(body),
        )


def report_url(target: Mapping[str, Any], address: str) -> str | None:
    """Where an application at ``address`` wants its reports; None: nowhere."""
    url = str(target.get("url", ""))
    if url and (target.get("absolute") or "://" in url):
        return url
    port = int(target.get("port", 0))
    if not 0 < port <= _HIGHEST_PORT:
        return None
    host = ip_address(target.get("host", address))
    shown = f"[{host}]" if host.version == 6 else str(host)
    return f"http://{shown}:{port}/{url.lstrip('/')}"
