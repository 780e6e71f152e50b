"""How full of audio and documents the disk may get.

What is left is for the database, and for the forms that are made of recordings.
"""

from __future__ import annotations

import shutil

from django.conf import settings

from recordings import storage
from recordings.errors import StorageFailed, StorageFull


def require_room(size: int) -> None:
    """Raises StorageFull where ``size`` more bytes would leave too little free.

    What comes in is asked for before it is written, whichever way it comes, piece
    by piece where nobody knows how long it gets. Raises StorageFailed too.
    """
    if not settings.MIN_FREE_BYTES:
        return
    try:
        disk = shutil.disk_usage(storage.incoming_dir())
    except OSError as error:
        raise StorageFailed from error
    # A tenth of a small disk is enough: else it would never take anything.
    if disk.free - size < min(settings.MIN_FREE_BYTES, disk.total // 10):
        raise StorageFull
