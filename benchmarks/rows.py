"""A clinic of any size, written by the database itself.

Rows alone: nobody listens to them. Half of the recordings are one doctor's visits,
half are calls of one account.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# Half a minute apart, the last one in the year 2026.
_LAST, _APART = 1_790_000_000, 30


@dataclass(frozen=True)
class _Language:
    """What the two databases say differently."""

    numbers: str
    hexadecimal: str
    uuid: str
    time: str
    now: str
    account: str


_LANGUAGES = {
    "sqlite": _Language(
        "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < {count}) SELECT i FROM n) AS n",
        "printf('%0{digits}x', {number})",
        "printf('%032x', {number})",
        "datetime({number}, 'unixepoch')",
        "datetime('now')",
        "replace('{account}', '-', '')",
    ),
    "postgresql": _Language(
        "generate_series(1, {count}) AS n(i)",
        "lpad(to_hex({number}), {digits}, '0')",
        "lpad(to_hex({number}), 32, '0')::uuid",
        "to_timestamp({number})",
        "now()",
        "'{account}'::uuid",
    ),
}


def fill(count: int, *, doctor: str, account: str) -> None:
    """``count`` recordings and what belongs to them; both ids are of rows there."""
    speak = _LANGUAGES[connection.vendor]

    def id_of(number: str) -> str:
        return speak.hexadecimal.format(digits=24, number=number)

    seconds = f"({_LAST} - {_APART} * ({count} - i))"
    words = {
        "now": speak.now,
        "half": count // 2,
        "numbers": speak.numbers.format(count=count),
        "half_numbers": speak.numbers.format(count=count // 2),
        "patient_numbers": speak.numbers.format(count=max(1, count // 20)),
        "id": id_of("i"),
        "visit_id": id_of("i"),
        "patient_id": id_of(f"i % {max(1, count // 20)} + 1"),
        "uuid": speak.uuid.format(number="i"),
        "recording_id": id_of(f"i + {count // 2}"),
        "time": speak.time.format(number=seconds),
        "place": f"(CAST({seconds} AS bigint) * 1000 * 1048576 + i)",
        # Thirty visits each, a page and more.
        "names": max(1, count // 60),
        "call_time": speak.time.format(number=f"({_LAST} - {_APART} * (i % 100000))"),
        "doctor": doctor,
        "account": speak.account.format(account=account),
    }
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement.format(**words))
        # As both do in time by themselves.
        cursor.execute("ANALYZE")


_STATEMENTS = [
    """
    INSERT INTO appointments_patient (id, doctor_id, first_name, last_name,
        search_name, date_of_birth, address, insurance, contact, medical_history,
        current_medications, created_at, updated_at)
    SELECT {id}, '{doctor}', 'Lena', 'Vogel' || i, 'lena vogel' || i, '1970-01-01',
        '{{}}', '{{}}', '{{}}', '', '', {now}, {now}
    FROM {patient_numbers}
    """,
    """
    INSERT INTO appointments_appointment (id, doctor_id, patient_id, name, date, time,
        status, notes, language, notes_type, appointment_type, recording_id,
        recording_url, recording_key, document_id, created_at, updated_at)
    SELECT {id}, '{doctor}', {patient_id}, 'Knee check',
        '20' || (10 + i % 17) || '-0' || (1 + i % 9) || '-1' || (i % 10), '09:20',
        'completed', '', 'de', 'soap', 'in_person', {id}, '', '', '', {now}, {now}
    FROM {half_numbers}
    """,
    """
    INSERT INTO recordings_recording (id, state, source, appointment_id, doctor_id,
        title, file_name, key, sha256, size, container, codec, sample_rate, channels,
        duration_ms, recorded_at, created_at, updated_at, created_by, origin)
    SELECT {id}, 'ready',
        CASE WHEN i <= {half} THEN 'visit' ELSE 'call' END,
        CASE WHEN i <= {half} THEN {visit_id} END,
        CASE WHEN i <= {half} THEN '{doctor}' END,
        'Knee check ' || i, 'take.wav', 'originals/' || i, '', 1000, 'wav',
        'pcm_s16le', 8000, 1,
        1000 + CAST(i AS bigint) * 7919 % 1800000, {time}, {time}, {time},
        '', 'bench'
    FROM {numbers}
    """,
    """
    INSERT INTO recordings_searchentry (id, recording_id, text)
    SELECT {place}, {id}, ' knee check ' || i || ' take wav' ||
        CASE WHEN i <= {half}
        THEN ' lena vogel' || (i % {names}) || 'x doctor{doctor} sourcevisit'
        ELSE ' 4930' || (1000000 + i) || ' 30' || (1000000 + i) || ' 2117 sourcecall'
        END
    FROM {numbers}
    """,
    """
    INSERT INTO telephony_call (sid, number, callid, caller, callee, type, started_at,
        ring_s, duration_s, status, source_trunk, destination_trunk, did_number,
        pincode, sn, created_at)
    SELECT {uuid}, i, '149.' || i, '+4930' || (1000000 + i), '2117', 'Inbound',
        {call_time}, 5, i % 1800, 'ANSWERED', '', '', '', '', '', {now}
    FROM {half_numbers}
    """,
    """
    INSERT INTO telephony_callrecording (sid, number, recording_id, call_id,
        account_id, file_name, started_at, created_at)
    SELECT {uuid}, i, {recording_id}, {uuid}, {account}, 'call-' || i || '.wav',
        {call_time}, {time}
    FROM {half_numbers}
    """,
]
