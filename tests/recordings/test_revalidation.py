"""304 lets a client play the copy that it has: that is a listening, too."""

from __future__ import annotations

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, HeardRange
from tests.conftest import Bearer
from tests.recordings.conftest import AddVisit


@pytest.mark.parametrize(("method", "events"), [("GET", 1), ("HEAD", 0)])
def test_an_old_copy_heard_again_is_on_the_trail(
    client: Client,
    bearer: Bearer,
    doctor: User,
    add_visit: AddVisit,
    method: str,
    events: int,
) -> None:
    recording = add_visit(doctor)
    answer = client.generic(
        method,
        f"/api/recordings/get/{recording.appointment_id}",
        headers={**bearer(doctor), "If-None-Match": f'"{recording.sha256}"'},
    )
    assert (answer.status_code, answer.content) == (304, b"")
    heard = AuditEvent.objects.filter(action="recording.play", object_id=recording.pk)
    assert [event.outcome for event in heard] == ["done"] * events
    assert not HeardRange.objects.exists()
