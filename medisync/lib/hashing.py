"""Hashes of secrets that are random and long: tokens, tickets, links.

Such a secret cannot be guessed from its hash by trying likely values, so one
round of SHA-256 is enough, and a unique index on the hash finds the row without
comparing secrets in Python. Passwords are another matter: Argon2.
"""

from __future__ import annotations

import hashlib


def secret_hash(secret: str) -> str:
    """The SHA-256 of ``secret`` as 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
