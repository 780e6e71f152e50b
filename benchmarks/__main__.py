"""Prints every figure with its peer's and the ratio of the two.

The peer runs in the same minute on the same machine with the same file, so the
ratio says something even where the single figures do not. Each is the median of
several runs, taken in turn.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import requests

from benchmarks.peers import bare_slices, nginx
from recordings.media.ffmpeg import find_ffmpeg
from tests.server import Server

RUNS = 5
SLICE = 64 * 1024
SECONDS = 600
Measure = Callable[[], float]


def compare(title: str, unit: str, ours: Measure, peer: Measure, *, goal: str) -> None:
    pairs = [(ours(), peer()) for _ in range(RUNS)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(
        f"| {title} | {mine:.3g} {unit} | {other:.3g} {unit} | {ratio:.2f} | {goal} |"
    )


class Bench:
    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.session = requests.Session()
        self.bearer = server.clinician("bench@x.example", "--tier=premium")
        self.session.headers.update(self.bearer)
        self.wav = folder / "noise.wav"
        # Noise: nothing on the way can make it smaller.
        source = f"anoisesrc=d={SECONDS}:r=44100:a=0.1:s=7"
        self.ffmpeg("-f", "lavfi", "-i", source, "-c:a", "pcm_s16le", str(self.wav))

    def ffmpeg(self, *arguments: str) -> None:
        quiet = ["-nostdin", "-loglevel", "error", "-y"]
        subprocess.run([find_ffmpeg(), *quiet, *arguments], check=True)

    def appointment(self) -> str:
        facts = {"name": "Bench", "date": "2026-05-04", "time": "09:20"}
        answer = self.session.post(
            f"{self.server.url}/api/appointments/add", json=facts
        )
        return str(answer.json()["data"]["_id"])

    def upload(self, appointment: str) -> float:
        url = f"{self.server.url}/api/recordings/add/{appointment}"
        start = time.perf_counter()
        self._curl(url, "--form", f"audio=@{self.wav}")
        return time.perf_counter() - start

    def copy(self) -> float:
        """What an upload cannot be faster than: read, hash, write, sync."""
        start = time.perf_counter()
        digest = hashlib.sha256()
        with self.wav.open("rb") as source, (self.folder / "copy").open("wb") as target:
            while data := source.read(1 << 20):
                digest.update(data)
                target.write(data)
            target.flush()
            os.fsync(target.fileno())
        return time.perf_counter() - start

    def speed(self, url: str) -> float:
        """Megabytes a second of one whole download."""
        size = self.wav.stat().st_size
        start = time.perf_counter()
        self._curl(url)
        return size / 1e6 / (time.perf_counter() - start)

    def slices(self, session: requests.Session, url: str) -> float:
        """Random 64 KiB ranges a second over one kept connection."""
        size, count = self.wav.stat().st_size, 300
        starts = [(index * 7919 * SLICE) % (size - SLICE) for index in range(count)]
        begun = time.perf_counter()
        for start in starts:
            asked = {"Range": f"bytes={start}-{start + SLICE - 1}"}
            answer = session.get(url, headers=asked)
            assert len(answer.content) == SLICE, answer.status_code
        return count / (time.perf_counter() - begun)

    def first_mp3(self) -> float:
        """Seconds from the first request for an MP3 to its last byte."""
        appointment = self.appointment()
        self.upload(appointment)
        recording = self.session.get(f"{self.server.url}/api/recordings/{appointment}")
        recording_id = recording.json()["data"][0]["_id"]
        start = time.perf_counter()
        self.server.manage("shell", "-c", _MAKE_MP3.format(recording_id))
        return time.perf_counter() - start

    def plain_mp3(self) -> float:
        start = time.perf_counter()
        options = ["-c:a", "libmp3lame", "-b:a", "64k", "-compression_level", "7"]
        self.ffmpeg("-i", str(self.wav), *options, str(self.folder / "plain.mp3"))
        return time.perf_counter() - start

    def _curl(self, url: str, *options: str) -> None:
        token = f"Authorization: {self.bearer['Authorization']}"
        command = ["curl", "--fail", "--silent", "--output", os.devnull, "-H", token]
        subprocess.run([*command, *options, url], check=True)


_MAKE_MP3 = (
    "from recordings.models import Form, Recording;"
    "from recordings.renditions import stored_audio;"
    "stored_audio(Recording.objects.get(pk='{}'), Form.MP3)"
)


def worker_memory(server: Server) -> float:
    """The server's private memory in MiB, all processes."""
    pages = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with _gone(), (entry / "environ").open("rb") as file:
            if f"MEDISYNC_DATA_DIR={server.data_dir}\0".encode() in file.read():
                pages += int((entry / "statm").read_text().split()[1])
                pages -= int((entry / "statm").read_text().split()[2])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class _gone:  # noqa: N801 (reads like contextlib's)
    """A process may end while it is looked at."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> bool:
        return kind is not None and issubclass(kind, OSError)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="medisync-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Server(folder / "data") as server:
            run(Bench(folder, server))


def run(bench: Bench) -> None:
    server = bench.server
    size = bench.wav.stat().st_size / 1e6
    print(f"{os.cpu_count()} cores; {SECONDS} s of 44.1 kHz mono WAV, {size:.0f} MB\n")
    print("| what | MediSync | peer | ratio | goal |")
    print("| --- | --- | --- | --- | --- |")
    appointment = bench.appointment()
    before = worker_memory(server)
    bench.upload(appointment)
    url = f"{server.url}/api/recordings/get/{appointment}"
    with nginx(bench.wav) as direct, bare_slices(bench.wav) as bare:
        compare(
            "full download, nginx beside it",
            "MB/s",
            lambda: bench.speed(url),
            lambda: bench.speed(direct),
            goal="0.9",
        )
        compare(
            "64 KiB ranges, nginx beside it",
            "/s",
            lambda: bench.slices(bench.session, url),
            lambda: bench.slices(requests.Session(), direct),
            goal="0.3",
        )
        compare(
            "64 KiB ranges, a bare Django view beside it",
            "/s",
            lambda: bench.slices(bench.session, url),
            lambda: bench.slices(requests.Session(), bare),
            goal="0.6",
        )
    appointments: Iterator[str] = iter([bench.appointment() for _ in range(RUNS)])
    compare(
        "upload, copy + SHA-256 + fsync beside it",
        "s",
        lambda: bench.upload(next(appointments)),
        bench.copy,
        goal="1.25",
    )
    compare(
        "MP3, ffmpeg with the same settings beside it",
        "s",
        bench.first_mp3,
        bench.plain_mp3,
        goal="1.3",
    )
    grown = worker_memory(server) - before
    print(f"\nThe server's memory grew by {grown:.0f} MiB over all of it.")


if __name__ == "__main__":
    main()
