"""What the accounts tell the audit trail, which is built upon them."""

from __future__ import annotations

from django.dispatch import Signal

#: There is a new user. Keywords ``user`` and ``address``: where the registration came
#: from, or None when an operator added the user here. Sent inside the transaction.
user_added = Signal()
