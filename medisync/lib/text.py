"""Text as it arrives from outside."""

from __future__ import annotations


def storable(value: str) -> bool:
    """Whether a database can hold ``value`` at all: no NUL, no lone surrogate.

    What cannot be stored names nothing, so a look-up by it finds nothing.
    """
    if "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
