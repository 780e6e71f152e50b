"""What the accounts tell the audit trail, which is built upon them."""

from __future__ import annotations

from django.dispatch import Signal

#: There is a new user. Keywords ``user``; ``by``, the user who made them or None;
#: ``address``, where that came from, or None when an operator did it here. Sent
#: inside the transaction.
user_added = Signal()

#: Something of a person's was changed. Keywords ``action`` and ``subject`` as the
#: trail has them, ``details``, and ``by`` and ``address`` as above; ``refused`` where
#: it was only tried. Sent inside the transaction.
changed = Signal()
