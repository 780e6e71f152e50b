"""What a program that uses ``twilio`` or ``signalwire`` sees; both have one shape.

Runs in the library's own environment. Reads the facts it needs as JSON and prints
what it got as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import requests

FIELDS = ["sid", "account_sid", "call_sid", "conference_sid", "channels", "duration"]
FIELDS += ["source", "status", "price", "price_unit", "error_code", "uri"]


def connect(library: str, facts: dict[str, str], token: str) -> Any:
    if library == "twilio":
        from twilio.rest import Client  # noqa: PLC0415 (only one is installed)

        client = Client(facts["account"], token)
    else:
        from signalwire.rest import Client  # noqa: PLC0415

        client = Client(facts["account"], token, signalwire_space_url="127.0.0.1")
    client.api.base_url = facts["url"]
    return client


def sids(rows: Any) -> list[str]:
    return [row.sid for row in rows]


def refusal(call: Callable[[], Any]) -> list[Any]:
    """The status and the code, as the library's exception has them."""
    from twilio.base.exceptions import TwilioException  # noqa: PLC0415

    try:
        call()
    except TwilioException as error:
        if hasattr(error, "status"):
            return [error.status, error.code]
        # A list that is refused is the bare exception around the response.
        response = error.args[1]
        return [response.status_code, json.loads(response.text)["code"]]
    raise AssertionError("It was not refused.")


def lists(client: Any, facts: dict[str, str]) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    hour = timedelta(hours=1)
    first = client.recordings.page(page_size=2)
    second = first.next_page()
    of_call = client.calls(facts["call"]).recordings
    return {
        "list": sids(client.recordings.list()),
        "in pages": sids(client.recordings.list(page_size=2)),
        "limit": sids(client.recordings.list(limit=3)),
        "large limit": sids(client.recordings.list(limit=5000)),
        "streamed": sids(client.recordings.stream(page_size=1)),
        "first page": sids(first),
        "second page": sids(second),
        "back": sids(second.previous_page()),
        "of call": sids(client.recordings.list(call_sid=facts["call"])),
        "since": sids(client.recordings.list(date_created_after=now - hour)),
        "until": sids(client.recordings.list(date_created_before=now - hour)),
        "long ago": sids(client.recordings.list(date_created=datetime(2001, 1, 1))),  # noqa: DTZ001
        "call's": sids(of_call.list()),
        "call's since": sids(of_call.list(date_created_after=date(2001, 1, 1))),
        "conference's": sids(client.conferences(facts["conference"]).recordings.list()),
        "transcriptions": sids(client.transcriptions.list()),
        "recording's": sids(
            client.recordings(facts["recording"]).transcriptions.list()
        ),
        "accounts": sids(client.api.accounts.list()),
    }


def fetches(client: Any, facts: dict[str, str]) -> dict[str, Any]:
    recording = client.recordings(facts["recording"]).fetch()
    again = client.calls(facts["call"]).recordings(facts["recording"]).fetch()
    text = client.transcriptions(facts["transcription"]).fetch()
    account = client.api.accounts(facts["account"]).fetch()
    result = {
        "recording": {name: getattr(recording, name) for name in FIELDS},
        "call's recording": again.sid,
        "dates": [
            moment.isoformat()
            for moment in (recording.start_time, recording.date_created)
        ],
        "transcription": [text.recording_sid, text.transcription_text, text.status],
        "account": [account.sid, account.friendly_name, account.status],
    }
    for ending in (".wav", ".mp3"):
        path = recording.uri.removesuffix(".json") + ending
        sound = requests.get(facts["url"] + path, timeout=30)
        kind = sound.headers["Content-Type"]
        result[ending] = [sound.status_code, kind, len(sound.content) > 1000]
    return result


def changes(client: Any, facts: dict[str, str]) -> dict[str, Any]:
    of_call = client.calls(facts["call"]).recordings
    recording = client.recordings(facts["recording"])
    text = client.transcriptions(facts["transcription"])
    return {
        "create": refusal(lambda: of_call.create(trim="trim-silence")),
        "update": refusal(lambda: of_call(facts["recording"]).update(status="paused")),
        "delete transcription": text.delete(),
        "deleted transcription": refusal(text.fetch),
        "delete": recording.delete(),
        "fetch deleted": refusal(recording.fetch),
        "delete again": refusal(recording.delete),
        "left": len(client.recordings.list()),
    }


def refusals(stranger: Any, facts: dict[str, str]) -> dict[str, Any]:
    return {
        "wrong token": refusal(stranger.recordings(facts["recording"]).fetch),
        "wrong token's list": refusal(stranger.recordings.list),
    }


def main() -> None:
    library, facts = sys.argv[1], json.loads(sys.argv[2])
    client = connect(library, facts, facts["token"])
    stranger = connect(library, facts, "PTwrong")
    result = {
        **lists(client, facts),
        **fetches(client, facts),
        **changes(client, facts),
        **refusals(stranger, facts),
    }
    sys.stdout.write(json.dumps(result))


main()
