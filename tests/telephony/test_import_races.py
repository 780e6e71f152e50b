"""The same call imported several times at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from medisync.audit.trail import SYSTEM
from recordings.models import Recording
from telephony import services
from telephony.models import Call, CallRecording
from telephony.services import import_call_recording
from tests.telephony import speech
from tests.telephony.commands import stored_files

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_imports_of_one_file_make_one_recording(settings: Any) -> None:
    results: list[services.ImportResult] = []
    gate = threading.Barrier(6)

    def work() -> None:
        gate.wait()
        try:
            results.append(
                import_call_recording(
                    speech.PROMPT,
                    file_name=speech.CALL_NAME,
                    account=None,
                    actor=SYSTEM,
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    statuses = sorted(result.status for result in results)
    assert statuses == ["duplicate"] * 5 + ["imported"]
    assert len({r.call_recording for r in results}) == 1
    assert Recording.objects.count() == Call.objects.count() == 1
    assert len(stored_files(settings.MEDIA_ROOT)) == 1


def test_recordings_of_one_call_side_by_side_share_it() -> None:
    names = [
        f"202403110945{second}-1710121510.23-2104-2117-Internal.wav"
        for second in range(10, 16)
    ]
    gate = threading.Barrier(len(names))

    def work(name: str) -> None:
        gate.wait()
        try:
            speech.imported(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert CallRecording.objects.count() == len(names)
    assert Call.objects.count() == 1
