"""What a recording's length costs in memory, by path: it should cost nothing."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from benchmarks import client
from benchmarks.clinic import Clinic, sound
from benchmarks.table import Table
from tests.server import Server

SHORT, LONG = 1, 240  # Minutes.
Step = Callable[[], object]


class Peak:
    """The most memory a server used at once while the block ran, in MiB: the
    proportional share (PSS) of its processes and of whatever they started."""

    def __init__(self, server: Server) -> None:
        self._mark = f"MEDISYNC_DATA_DIR={server.data_dir}\0".encode()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.most = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            self.most = max(self.most, self.now())
            if self._over.wait(0.02):
                return

    def now(self) -> float:
        return sum(_share(process) for process in self._family())

    def _family(self) -> set[int]:
        """Those started with the server's data folder, and their descendants: an
        ffmpeg has an environment of its own."""
        parents: dict[int, int] = {}
        found: set[int] = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):  # It may end while it is looked at.
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(stat[1])
                if self._mark in (entry / "environ").read_bytes():
                    found.add(int(entry.name))
        found.discard(os.getpid())
        while (
            more := {child for child, parent in parents.items() if parent in found}
            - found
        ):
            found |= more
        return found


def _share(process: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def measure(table: Table, folder: Path) -> None:
    with table.row("memory"), Server(folder / "memory") as server:
        clinic = Clinic(server)
        _costs(clinic, folder, SHORT)  # What is imported once is not the length's.
        short, long = (_costs(clinic, folder, minutes) for minutes in (SHORT, LONG))
        for path, most in long.items():
            what = f"memory above idle, {path}: 4 hours; 1 minute"
            if isinstance(most, Exception) or isinstance(short[path], Exception):
                with table.row(what):
                    raise RuntimeError(f"{short[path]} / {most}")
                continue
            least = short[path]
            assert isinstance(least, float)
            cells = f"{most:.0f} MiB | {least:.0f} MiB | {most - least:+.0f} MiB"
            table.print(what, cells, "64 MiB, growth 0")


def _costs(clinic: Clinic, folder: Path, minutes: int) -> dict[str, float | Exception]:
    """MiB above what the quiet server had before, by path."""
    wav, ogg = sound(folder, minutes), sound(folder, minutes, "ogg")
    sent: dict[str, str] = {}

    def upload() -> None:
        _, sent["visit"], sent["wav"] = clinic.send(wav)

    def upload_compressed() -> None:
        sent["ogg"] = clinic.send(ogg)[2]

    def page(recording: str, name: str) -> Step:
        return lambda: client.download(clinic.page(sent[recording], name), clinic.staff)

    steps: dict[str, Step] = {
        "upload": upload,
        "upload and probe of Ogg Opus": upload_compressed,
        "download": lambda: client.download(clinic.audio(sent["visit"]), clinic.doctor),
        "WAV to MP3": page("wav", "audio.mp3"),
        "Ogg Opus to WAV": page("ogg", "audio.wav"),
        "peaks": page("ogg", "peaks.json"),
    }
    idle = _when_quiet(clinic.server)
    costs: dict[str, float | Exception] = {}
    for path, step in steps.items():
        with Peak(clinic.server) as peak:
            try:
                step()
            except AssertionError as error:
                costs[path] = error
                continue
        costs[path] = max(0.0, peak.most - idle)
        _when_quiet(clinic.server)
    return costs


def _when_quiet(server: Server) -> float:
    """MiB, once the server has done nothing for a second."""
    peak = Peak(server)
    while True:
        before = _ticks(peak)
        time.sleep(1)
        if _ticks(peak) - before <= 5:
            return peak.now()


def _ticks(peak: Peak) -> int:
    """Processor time so far, in hundredths of a second."""
    total = 0
    for process in peak._family():
        with suppress(OSError):
            stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += int(stat[11]) + int(stat[12])
    return total
