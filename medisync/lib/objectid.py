"""24-hex record ids in MongoDB's ObjectId form (contract medisync 1.2)."""

from __future__ import annotations

import itertools
import os
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField  # Generic for the type checker only.

_FORM = re.compile(r"[0-9a-f]{24}")
_counter = itertools.count(secrets.randbelow(1 << 24))
_process_bytes: dict[int, bytes] = {}


def new_object_id() -> str:
    """Four bytes of time, five of this process, three of a counter, as hex.

    Ids of one process sort by the time they were made.
    """
    # A forked worker draws bytes of its own.
    process = _process_bytes.setdefault(os.getpid(), secrets.token_bytes(5))
    seconds = int(time.time()).to_bytes(4, "big")
    count = (next(_counter) & 0xFFFFFF).to_bytes(3, "big")
    return (seconds + process + count).hex()


def is_object_id(value: object) -> bool:
    """Whether ``value`` is text of 24 hexadecimal digits, either case."""
    return isinstance(value, str) and bool(_FORM.fullmatch(value.lower()))


class ObjectIdField(_CharField):
    """A primary key of 24 hexadecimal digits that makes itself."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("primary_key", True)
        options.setdefault("default", new_object_id)
        options.setdefault("editable", False)
        super().__init__(**(options | {"max_length": 24}))
