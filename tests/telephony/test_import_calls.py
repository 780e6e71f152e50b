"""manage.py import_calls: what a phone system's CDR file tells."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from medisync.audit.models import AuditEvent
from telephony.models import Call
from tests.telephony import speech
from tests.telephony.calls import at

HEADER = (
    "callid,timestart,callfrom,callto,callduraction,talkduraction,srctrunkname,"
    "dsttrunkname,status,type,pincode,recording,didnumber,sn"
)
ANSWERED = (
    '1710121510.23,2024-03-11 02:45:10,2104,2117,41,33,Carrier,"Backup, north",'
    "ANSWERED,Internal,0042,,15035550100,369460012345"
)
MISSED = (
    "1710155000.7,2024-03-11 12:03:20,15035550176,2117,20,0,,,NO ANSWER,Inbound,,,,"
)
NAME = "20240311094512-1710121510.23-2104-2117-Internal.wav"


@pytest.fixture(autouse=True)
def _zone(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def run(folder: Path, *lines: str, encoding: str = "utf-8") -> dict[str, int]:
    file = folder / "cdr.csv"
    file.write_text("\r\n".join(lines), encoding=encoding)
    out = StringIO()
    try:
        call_command("import_calls", file, "--json", stdout=out)
    finally:
        told = out.getvalue()
    counts: dict[str, int] = json.loads(told)
    return counts


def test_calls_with_all_that_is_told(db: None, tmp_path: Path) -> None:
    counts = run(tmp_path, HEADER, ANSWERED, MISSED, encoding="utf-8-sig")

    assert counts == {"imported": 2, "updated": 0, "rejected": 0}
    call = Call.objects.get(callid="1710121510.23")
    assert call.started_at == at("2024-03-11 01:45:10")
    assert (call.caller, call.callee, call.type) == ("2104", "2117", "Internal")
    assert (call.ring_s, call.duration_s, call.status) == (8, 33, "ANSWERED")
    assert (call.source_trunk, call.destination_trunk) == ("Carrier", "Backup, north")
    assert (call.pincode, call.did_number) == ("0042", "15035550100")
    assert call.sn == "369460012345"
    assert Call.objects.get(callid="1710155000.7").status == "NO ANSWER"
    assert AuditEvent.objects.filter(action="call.add").count() == 2


def test_the_phone_systems_word_counts_more_than_a_file_names(
    db: None, tmp_path: Path
) -> None:
    recorded = speech.imported(NAME).call
    assert recorded is not None

    assert run(tmp_path, HEADER, ANSWERED)["updated"] == 1

    call = Call.objects.get()
    assert call.pk == recorded.pk
    assert (call.ring_s, call.duration_s, call.source_trunk) == (8, 33, "Carrier")
    assert call.recordings.get().file_name == NAME


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1710121510.23", ""),
        ("1710121510.23", "7" * 41),
        ("2024-03-11 02:45:10", "11.03.2024"),
        ("41,33", "41,x"),
        ("ANSWERED", "GONE"),
        ("2104", ""),
        ("Carrier", "x" * 101),
        ("Carrier", "\0"),
        (",Internal,0042,,15035550100,369460012345", ""),
    ],
    ids=ascii,
)
def test_a_bad_line_does_not_stop_the_others(
    db: None, tmp_path: Path, old: str, new: str
) -> None:
    with pytest.raises(CommandError, match="1 calls were rejected"):
        run(tmp_path, HEADER, ANSWERED.replace(old, new), MISSED)

    assert [call.callid for call in Call.objects.all()] == ["1710155000.7"]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEADER.replace("sn", "x")])
def test_another_file(db: None, tmp_path: Path, text: str) -> None:
    (tmp_path / "cdr.csv").write_text(text)

    with pytest.raises(CommandError, match="columns"):
        call_command("import_calls", tmp_path / "cdr.csv")


def test_no_file(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_calls", tmp_path)
