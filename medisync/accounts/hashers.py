"""Argon2 for strangers: anybody may ask for a hash by trying to sign in."""

from __future__ import annotations

import threading
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

# A hash takes 100 MiB and most of a second's work, as it should. One for every
# thread at once would take more memory than a machine has.
_TURNS = threading.BoundedSemaphore(2)


class PatientArgon2(Argon2PasswordHasher):
    """Django's Argon2, two at a time in a process; the others wait."""

    def encode(self, *args: Any, **options: Any) -> str:
        with _TURNS:
            return super().encode(*args, **options)

    def verify(self, *args: Any, **options: Any) -> bool:
        with _TURNS:
            return super().verify(*args, **options)
