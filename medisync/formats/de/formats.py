"""German: Django's own formats, with a comma before the time as in English."""

from __future__ import annotations

DATETIME_FORMAT = "j. F Y, H:i"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
