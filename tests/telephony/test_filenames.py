from __future__ import annotations

from datetime import datetime, timezone

import pytest

from telephony.filenames import parse_name, usable_name

pytestmark = [pytest.mark.once, pytest.mark.contract("yeastar", "A10")]


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("name", "callid", "caller", "callee", "kind"),
    [
        (
            "20240311094512-1710121510.23-2104-2117-Internal.wav",
            "1710121510.23",
            "2104",
            "2117",
            "Internal",
        ),
        (
            "20240311094512-1710121510.23-+15035550176-2100-Inbound.wav",
            "1710121510.23",
            "+15035550176",
            "2100",
            "Inbound",
        ),
        (
            "20240311094512-1710121510.23-1-503-555-0176-2100-Inbound.mp3",
            "1710121510.23",
            "1-503-555-0176",
            "2100",
            "Inbound",
        ),
        (
            "20240311094512-1710121510.7-2104-*97#-Outbound.yswav",
            "1710121510.7",
            "2104",
            "*97#",
            "Outbound",
        ),
        (
            "20090213233132-999999999.0-Zoë Ünal-6500-Callback.WAV",
            "999999999.0",
            "Zoë Ünal",
            "6500",
            "Callback",
        ),
    ],
)
def test_it_reads_the_call(
    name: str, callid: str, caller: str, callee: str, kind: str
) -> None:
    call = parse_name(name)

    assert call is not None
    assert (call.callid, call.caller, call.callee, call.type) == (
        callid,
        caller,
        callee,
        kind,
    )
    assert usable_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "hello-world.wav",
        "20240311094512-1710121510.23-2104-2117-Internal",
        "20240311094512-1710121510.23-2104-2117-Internal.ogg",
        "20240311094512-1710121510.23-2104-2117-.wav",
        "20240311094512-1710121510.23-2104--Internal.wav",
        "20240311094512-1710121510.23-2117-Internal.wav",
        "20240311094512-1710121510-2104-2117-Internal.wav",
        "20240311094512-17101215.23-2104-2117-Internal.wav",
        "20241311094512-1710121510.23-2104-2117-Internal.wav",
        "20240230094512-1710121510.23-2104-2117-Internal.wav",
        "20240311246161-1710121510.23-2104-2117-Internal.wav",
        "00000311094512-1710121510.23-2104-2117-Internal.wav",
        "٢٠٢٤٠٣١١٠٩٤٥١٢-1710121510.23-2104-2117-Internal.wav",
        "20240311094512-1710121510.23-2104-2117-Internal.wav\n",
        "x20240311094512-1710121510.23-2104-2117-Internal.wav",
        "exten-2104-2117-20240311-094512-1710121510.23.wav",
        f"20240311094512-1710121510.{'9' * 30}-2104-2117-Internal.wav",
        f"20240311094512-1710121510.23-{'1' * 101}-2117-Internal.wav",
        f"20240311094512-1710121510.23-2104-2117-{'x' * 21}.wav",
    ],
)
def test_it_leaves_other_names_alone(name: str) -> None:
    assert parse_name(name) is None


# The call began at 2024-03-11 01:45:10 UTC.
@pytest.mark.parametrize(
    ("stamp", "start"),
    [
        ("20240311014510", _utc(2024, 3, 11, 1, 45, 10)),  # UTC, at once
        ("20240311014533", _utc(2024, 3, 11, 1, 45, 33)),  # UTC, 23 s in
        ("20240311094512", _utc(2024, 3, 11, 1, 45, 12)),  # +08:00
        ("20240311071512", _utc(2024, 3, 11, 1, 45, 12)),  # +05:30
        ("20240311073012", _utc(2024, 3, 11, 1, 45, 12)),  # +05:45
        ("20240311154512", _utc(2024, 3, 11, 1, 45, 12)),  # +14:00
        ("20240310134512", _utc(2024, 3, 11, 1, 45, 12)),  # -12:00, the day before
        ("20240310184508", _utc(2024, 3, 11, 1, 45, 8)),  # -07:00, clock jitter
        ("20240311024510", _utc(2024, 3, 11, 1, 45, 10)),  # +01:00
        ("20240311025705", _utc(2024, 3, 11, 1, 57, 5)),  # +01:00, queued 12 min
        ("20240312014510", _utc(2024, 3, 11, 1, 45, 10)),  # no zone is +24:00
        ("20190311014510", _utc(2024, 3, 11, 1, 45, 10)),  # nor years off
        ("99991231235959", _utc(2024, 3, 11, 1, 45, 10)),
        ("00010101000000", _utc(2024, 3, 11, 1, 45, 10)),
    ],
)
def test_it_finds_utc_behind_the_local_stamp(stamp: str, start: datetime) -> None:
    call = parse_name(f"{stamp}-1710121510.23-2104-2117-Internal.wav")

    assert call is not None
    assert call.call_started_at == _utc(2024, 3, 11, 1, 45, 10)
    assert call.recording_started_at == start


@pytest.mark.parametrize(
    ("name", "usable"),
    [
        ("hello.wav", True),
        ('Zoë, \'"2" + #*.wav', True),
        ("呼叫.wav", True),
        ("a" * 255, True),
        ("a" * 256, False),
        ("", False),
        (".", False),
        ("..", False),
        (" ", False),
        ("a/b.wav", False),
        ("a\\b.wav", False),
        ("a\0.wav", False),
        ("a\n.wav", False),
        ("a\x1b[2J.wav", False),
        ("a\udcff.wav", False),
        ("a\u202egpj.wav", False),
    ],
)
def test_it_knows_names_that_every_dialect_can_ask_for(name: str, usable: bool) -> None:
    assert usable_name(name) is usable
