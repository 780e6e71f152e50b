"""A rendition that is handed out while it is made."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.db import connection
from django.utils import timezone

from medisync.lib.errors import DomainError
from recordings.choices import Form, RenditionState
from recordings.errors import RenditionFailed
from recordings.making import carry_out, part_of
from recordings.models import Recording, Rendition
from recordings.recipes import RECIPES

_PIECE = 64 * 1024
_LOOK_SECONDS = 0.02
# The database is asked no more often than this, and only where nothing moves.
_ASK_SECONDS = 0.5


class AudioInTheMaking:
    """The growing file of a rendition, in this process or another of this machine.

    Its length is not known before its end. When there will be no end, since the
    maker failed or died, iterating raises RenditionFailed.
    """

    def __init__(self, rendition: Rendition, path: Path) -> None:
        self.content_type = RECIPES[Form(rendition.form)].content_type
        self._rendition = rendition
        self._path = path
        self._file = path.open("rb", buffering=0)
        self._sent = 0

    def __iter__(self) -> Iterator[bytes]:
        moved = time.monotonic()
        while True:
            # In this order: what has lost its name grows no more.
            ended = not self._path.exists()
            data = self._file.read(_PIECE)
            if data:
                yield data
                self._sent += len(data)
                moved = time.monotonic()
            elif ended:
                self._check_whole()
                return
            elif time.monotonic() - moved > _ASK_SECONDS:
                if not is_being_made(self._rendition):
                    raise RenditionFailed
                moved = time.monotonic()
            else:
                time.sleep(_LOOK_SECONDS)

    def end(self) -> int:
        """Closes the file; how many bytes were taken of it."""
        self._file.close()
        sent, self._sent = self._sent, 0
        return sent

    def _check_whole(self) -> None:
        if os.fstat(self._file.fileno()).st_nlink:
            return  # It has another name now, which only a whole one gets.
        # Thrown away, or sent to a store elsewhere; the row knows which, as soon as
        # its maker has written it.
        while is_being_made(self._rendition):
            time.sleep(_LOOK_SECONDS)
        kept = Rendition.objects.filter(
            pk=self._rendition.pk,
            lease=self._rendition.lease,
            state=RenditionState.READY,
            size=self._file.tell(),
        )
        if not kept.exists():
            raise RenditionFailed


def make_apart(recording: Recording, rendition: Rendition) -> None:
    """Makes what the caller has claimed in a thread, whoever goes on listening."""

    def make() -> None:
        try:
            # The row says what came of it.
            with suppress(DomainError):
                carry_out(recording, rendition)
        finally:
            connection.close()

    threading.Thread(target=make, daemon=True).start()


def follow(rendition: Rendition) -> AudioInTheMaking | None:
    """The rendition's growing file, as soon as there is a first byte in it.

    None when that is not to be had here: it is settled, or made elsewhere.
    """
    path = part_of(rendition)
    while is_being_made(rendition):
        asked = time.monotonic()
        while time.monotonic() - asked < _ASK_SECONDS:
            with suppress(FileNotFoundError):
                if path.stat().st_size:
                    return AudioInTheMaking(rendition, path)
            time.sleep(_LOOK_SECONDS)
    return None


def wait_for_change(rendition: Rendition, seconds: float) -> None:
    """Returns when the file has lost its name, or after so long."""
    path, begun = part_of(rendition), time.monotonic()
    here = path.exists()
    while time.monotonic() - begun < seconds:
        if here and not path.exists():
            return
        time.sleep(_LOOK_SECONDS)


def is_being_made(rendition: Rendition) -> bool:
    """Whether the maker that has the lease is still at it."""
    return Rendition.objects.filter(
        pk=rendition.pk,
        lease=rendition.lease,
        state=RenditionState.MAKING,
        leased_until__gte=timezone.now(),
    ).exists()
