"""What telephony tells its dialects."""

from __future__ import annotations

from django.dispatch import Signal

#: A call recording was imported; keyword ``call_recording``. Sent in the import's
#: transaction: what a receiver writes appears with the recording or not at all.
call_recorded = Signal()

#: A call recording is an account's from now on, by its import or later; the same
#: keyword, and in that transaction, too.
recording_arrived = Signal()
