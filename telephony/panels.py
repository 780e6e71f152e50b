"""What the page of a recording shows of the call it was made of."""

from __future__ import annotations

from medisync.accounts.models import User
from recordings.choices import Source
from recordings.models import Recording
from recordings.panels import Panel
from telephony.models import Call


def call_panel(recording: Recording, user: User) -> Panel | None:
    """Whoever may hear a call may know who spoke with whom."""
    if recording.source != Source.CALL:
        return None
    call = Call.objects.filter(recordings__recording=recording).first()
    return Panel("telephony/_panel.html", call) if call else None
