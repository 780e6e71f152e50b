"""Text as it arrives from outside."""

from __future__ import annotations

import re
import unicodedata


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


def folded(value: str) -> str:
    """``value`` for comparing: in one case and one Unicode spelling.

    Databases differ here (SQLite's LIKE knows the cases of ASCII letters only),
    so names that are searched are kept folded beside the real ones.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).casefold())


_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 50


def words_of(value: str) -> list[str]:
    """The words of a text, as a search compares them: letters and digits alone.

    Case and accents do not count, as people leave them out when they search.
    """
    plain = unicodedata.normalize("NFKD", value.casefold())
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return [word[:_LONGEST_WORD] for word in _WORD.findall(bare.casefold())]
