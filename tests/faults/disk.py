"""A disk that can be full and have room again, under a running server."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

# Holds every form of what a test keeps, once there is room again.
SIZE = 192 * 1024 * 1024


class Disk(Protocol):
    #: Whether it stops ffmpeg too, which sets itself a limit of its own.
    is_real: bool

    def fill(self, *, but: int) -> None:
        """Leaves room for so many bytes."""

    def free(self) -> None: ...


class SmallDisk:
    """A file system of its own, filled by a file that is nobody's."""

    is_real = True

    def __init__(self, folder: Path) -> None:
        self._folder, self._filler = folder, folder / "filler"

    def fill(self, *, but: int) -> None:
        facts = os.statvfs(self._folder)
        left = facts.f_bavail * facts.f_frsize - but
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, left)

    def free(self) -> None:
        self._filler.unlink()


class SmallFiles:
    """Where nothing may be mounted: no file of the server's may grow larger."""

    is_real = False

    def __init__(self, processes: Callable[[], list[int]]) -> None:
        self._processes = processes

    def fill(self, *, but: int) -> None:
        self._limit(but)

    def free(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, most: int) -> None:
        hard = resource.RLIM_INFINITY
        for process in self._processes():
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most, hard))


@contextmanager
def small_disk(folder: Path, processes: Callable[[], list[int]]) -> Iterator[Disk]:
    """``folder`` as such a disk; else the limit of ``processes``, to the same end."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = [
        "mount",
        "-t",
        "tmpfs",
        "-o",
        f"size={SIZE},mode=700",
        "tmpfs",
        str(folder),
    ]
    if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        yield SmallFiles(processes)
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
