"""The Nuxera dialect's answers about audio.

Two endpoints say the same things with and without a final full stop (contract
nuxera 3). Clients compare them byte for byte.
"""

from __future__ import annotations

DOWNLOAD = {
    "name_missing": "Doctor name is required",
    "nothing_stored": "No audio file found for this doctor",
}
DELETE = {
    "name_missing": "Doctor name is required.",
    "nothing_stored": "No audio file found for this doctor.",
}
