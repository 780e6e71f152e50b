"""What the recordings ask the apps above them."""

from __future__ import annotations

from django.dispatch import Signal

#: What else are these recordings found by? Keyword ``ids``, of recordings.
#: Receivers return ``{id: text}``.
words_wanted = Signal()
