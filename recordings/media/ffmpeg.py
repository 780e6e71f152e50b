"""Runs ffmpeg on files that strangers sent, as a child that can do little harm."""

from __future__ import annotations

import math
import os
import selectors
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import imageio_ffmpeg

# A limit that cannot be set is one that is already tighter, or unknown to the
# system; neither may stop the work. The last three arguments of every call
# are numbers made here, so nothing a stranger sent is read by the shell.
_LIMITED = """\
ulimit -c 0
ulimit -t "$1" 2>/dev/null
ulimit -v "$2" 2>/dev/null
ulimit -f "$3" 2>/dev/null
ulimit -n 32 2>/dev/null
shift 3
exec "$@"
"""

# Left alone, glibc reserves 64 MiB of address space for as many threads as it
# meets, and an innocent run in a few would hit the limit.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "4"}

_STDERR_KEPT = 64 * 1024

# Only what clinics, phones and browsers record; an unlisted decoder is an
# attack surface nobody needs. Names that a build lacks are ignored.
_DECODERS = """
    pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be
    pcm_f32le pcm_f32be pcm_f64le pcm_f64be pcm_mulaw pcm_alaw
    adpcm_ima_wav adpcm_ima_qt adpcm_ms g722 g726 g726le gsm gsm_ms libgsm libgsm_ms
    flac alac mp3float mp3 mp2float mp2 mp1float mp1 aac aac_fixed
    opus libopus vorbis libvorbis speex libspeex
    amrnb libopencore_amrnb amrwb libopencore_amrwb
"""


@dataclass(frozen=True)
class Limits:
    """What one child may use.

    Args:
        seconds: wall clock, and as much processor time; the child is killed
            when either is over.
        address_space: bytes. Both supported builds need 0.3 GiB to start.
        file_bytes: the largest file it may write; none by default.
    """

    seconds: float
    address_space: int = 1 << 30
    file_bytes: int = 0


def find_ffmpeg(configured: str = "") -> str:
    """The path of the ffmpeg to use: the configured one, else the packaged one.

    Raises:
        FileNotFoundError: the configured program does not exist, or nothing is
            configured and the package holds no program for this system.
    """
    if configured:
        found = shutil.which(configured)
        if found is None:
            raise FileNotFoundError(f"No ffmpeg program at {configured!r}.")
        return str(Path(found).absolute())
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FileNotFoundError("No ffmpeg program found.") from error


def hostile_input(path: Path, demuxer: str, *, in_bulk: bool = False) -> list[str]:
    """The ffmpeg arguments that read a stranger's file and open nothing else.

    The demuxer is forced by the caller, so that no text is taken for a playlist,
    and everything a file can ask to be opened on its behalf is switched off.
    `in_bulk` reads WAV twice as fast; but where a block can be damaged (anything
    but PCM) the decoder drops a whole packet for it, so then packets stay small.
    """
    only_local = ["-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer]
    decoding = ["-codec_whitelist", ",".join(_DECODERS.split()), "-threads", "1"]
    packets = ["-max_size", "65536"] if in_bulk and demuxer == "wav" else []
    # "file:" keeps a colon or a leading dash in the path from meaning something.
    source = ["-f", demuxer, "-i", f"file:{path.absolute()}"]
    return [*only_local, *decoding, *packets, *source]


class Child:
    """A running ffmpeg, killed with everything it started when the block ends.

    The error stream is read as it comes and only its end is kept, so that the
    child never waits for a reader and never fills the memory.
    """

    def __init__(
        self,
        ffmpeg: str,
        arguments: Sequence[str],
        limits: Limits,
        *,
        feed: bool = False,
    ) -> None:
        """Start it; `feed` opens its standard input for the caller to write."""
        numbers = [
            math.ceil(limits.seconds) + 1,
            limits.address_space // 1024,
            math.ceil(limits.file_bytes / 512),
        ]
        quiet = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"]
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _LIMITED, "sh"]
            + [str(number) for number in numbers]
            + [ffmpeg, *quiet, "-max_alloc", str(128 << 20), *arguments],
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env=_ENVIRONMENT,
            start_new_session=True,
        )
        self._deadline = time.monotonic() + limits.seconds
        self._errors = b""
        self._late = False
        self._minder = threading.Thread(target=self._mind, daemon=True)
        self._minder.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kill()
        self._process.wait()
        self._minder.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                # Unsent input of a child that is gone: nobody misses it.
                with suppress(BrokenPipeError):
                    stream.close()

    @property
    def stdin(self) -> IO[bytes]:
        """The pipe into the child, when it was started with `feed`."""
        return _opened(self._process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        """The pipe out of the child."""
        return _opened(self._process.stdout)

    def finish(self) -> int:
        """Wait for the end; the exit status, negative when a signal ended it."""
        status = self._process.wait()
        self._minder.join()
        return status

    @property
    def ran_out_of_time(self) -> bool:
        """Whether the wall clock or the processor time ended it."""
        # The kernel kills at the processor limit, as soft and hard one are equal.
        return self._late or self._process.returncode == -signal.SIGKILL

    @property
    def errors(self) -> str:
        """The end of what it wrote to its error stream (at most 64 KiB)."""
        return self._errors.decode("utf-8", "replace")

    def _mind(self) -> None:
        """Read the error stream to its end and keep the deadline."""
        descriptor = _opened(self._process.stderr).fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while (left := self._deadline - time.monotonic()) > 0:
                if not selector.select(left):
                    continue
                data = os.read(descriptor, 1 << 16)
                if not data:
                    break
                self._errors = (self._errors + data)[-_STDERR_KEPT:]
        try:
            self._process.wait(max(0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._late = True
            self._kill()

    def _kill(self) -> None:
        if self._process.poll() is None:
            # It may end between the two lines.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


def _opened(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("This pipe was not asked for at the start.")
    return pipe
