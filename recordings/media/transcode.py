"""Makes the forms a recording is handed out in: WAV and MP3."""

from __future__ import annotations

import errno
import os
import struct
import warnings
import wave
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from recordings.media.ffmpeg import Child, Limits, hostile_input
from recordings.media.probe import AudioFacts, UnusableAudio

with warnings.catch_warnings():
    # pydub 0.25 imports audioop, deprecated since Python 3.11, has escapes that
    # newer Pythons warn of, and misses an ffmpeg on PATH that is not used here.
    for _kind in (DeprecationWarning, SyntaxWarning, RuntimeWarning):
        warnings.simplefilter("ignore", _kind)
    from pydub import AudioSegment

# A window of sound is all that is held at once.
_WINDOW_BYTES: Final = 1 << 20

_MP3_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)

_SAMPLE_BYTES: Final = 2

# Passing on few large frames costs ffmpeg half of passing on many small. A block
# that is damaged is a moment of silence.
DECODING: Final = ("-af", "asetnsamples=16384:p=0", "-max_error_rate", "1")

_MP3_KILOBITS: Final = 64
# The fastest of LAME's ways that still sounds right for speech.
_MP3_ENCODING: Final = ("-c:a", "libmp3lame", "-compression_level", "7")
_MP3_MUXING: Final = ("-write_xing", "1", "-bitexact", "-f", "mp3")

#: What the bytes of a form depend on besides the sound: with another value comes
#: another rendition. The first is the version of what code alone decides.
WAV_PARAMETERS: Final = ("1", "s16le", *DECODING)
MP3_PARAMETERS: Final = (
    *("1", *DECODING, *map(str, _MP3_RATES)),
    *(*_MP3_ENCODING, str(_MP3_KILOBITS), *_MP3_MUXING),
)

# The sizes in a RIFF file are 32 bits wide; 44 bytes are its header.
_LARGEST_WAV: Final = (1 << 32) - 1 - 44


class TranscodeError(Exception):
    """The encoder or the disk failed; the recording itself is not to blame."""


def check_fits_wav(facts: AudioFacts) -> None:
    """Raises UnusableAudio "too_large" for what no WAV file can hold (4 GiB)."""
    frame = facts.channels * _SAMPLE_BYTES
    if facts.duration_ms * facts.sample_rate * frame > _LARGEST_WAV * 1000:
        raise UnusableAudio("too_large")


def make_wav(source: Path, target: Path, *, facts: AudioFacts, ffmpeg: str) -> None:
    """Write `source` as a 16-bit PCM WAV of the same rate and channels.

    `facts` are those `probe` found of `source`. The target is complete and on
    the disk when this returns, and absent when it raises.

    Raises:
        UnusableAudio: "too_large" when a WAV cannot hold it; "not_audio",
            "damaged", "too_long" (much longer than its facts say) or
            "decoder_timeout" when it does not decode.
        OSError: the target cannot be written.
    """
    check_fits_wav(facts)
    with written(target), target.open("wb") as file, wave.open(file) as out:
        out.setnchannels(facts.channels)
        out.setsampwidth(_SAMPLE_BYTES)
        out.setframerate(facts.sample_rate)
        size = 0
        sound = windows(source, facts, facts.sample_rate, facts.channels, ffmpeg)
        with closing(sound):
            for window in sound:
                size += len(window)
                if size > _LARGEST_WAV:
                    raise UnusableAudio("too_large")
                out.writeframesraw(window)


def make_mp3(source: Path, target: Path, *, facts: AudioFacts, ffmpeg: str) -> None:
    """Write `source` as MP3 (64 kbit/s a channel), mono or stereo.

    The rate is kept where MP3 has it, else raised to the next it has, 48 kHz at
    most. The file has a Xing header: players know its exact length and can
    seek. The target is complete and on the disk when this returns, and absent
    when it raises.

    Raises:
        UnusableAudio: "not_audio", "damaged", "too_long" (much longer than its
            facts say) or "decoder_timeout" when it does not decode.
        TranscodeError: the encoder failed.
        OSError: the target cannot be made, or the disk is full.
    """
    channels = min(facts.channels, 2)
    rate = next((rate for rate in _MP3_RATES if rate >= facts.sample_rate), 48_000)
    arguments = [
        *["-f", "wav", "-ignore_length", "1", "-max_size", "65536", "-i", "pipe:0"],
        *[*_MP3_ENCODING, "-b:a", f"{_MP3_KILOBITS * channels}k", *_MP3_MUXING],
        *["-y", f"file:{target.absolute()}"],
    ]
    limits = Limits(_patience(facts), file_bytes=1 << 32)
    sound = windows(source, facts, rate, channels, ffmpeg)
    with (
        written(target),
        Child(ffmpeg, arguments, limits, feed=True) as encoder,
        closing(sound),
    ):
        try:
            encoder.stdin.write(_endless_wav(rate, channels))
            for window in sound:
                segment = AudioSegment(
                    window,
                    sample_width=_SAMPLE_BYTES,
                    frame_rate=rate,
                    channels=channels,
                )
                encoder.stdin.write(segment.raw_data)
            encoder.stdin.close()
        except BrokenPipeError as error:
            encoder.finish()
            raise _fault(encoder) from error
        if encoder.finish() != 0:
            raise _fault(encoder)


def _fault(encoder: Child) -> Exception:
    full = os.strerror(errno.ENOSPC)
    if full in encoder.errors:
        return OSError(errno.ENOSPC, full)
    return TranscodeError(encoder.errors)


def _endless_wav(rate: int, channels: int) -> bytes:
    """The start of a 16-bit WAV stream whose length is not known yet."""
    frame = channels * _SAMPLE_BYTES
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * frame, frame, 16)
    return b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + form + b"data\0\0\0\0"


def windows(
    source: Path, facts: AudioFacts, rate: int, channels: int, ffmpeg: str
) -> Generator[bytes]:
    """The decoded sound, 16-bit little-endian, a window of whole frames a time.

    Raises UnusableAudio at the end of what does not decode.
    """
    arguments = [
        *hostile_input(source, facts.demuxer, in_bulk=facts.codec.startswith("pcm_")),
        *["-map", "0:a:0", "-ar", str(rate), "-ac", str(channels)],
        *[*DECODING, "-f", "s16le", "pipe:1"],
    ]
    frame = channels * _SAMPLE_BYTES
    second = rate * frame
    # A packet may hold more sound than its container says, within reason.
    most = second * (2 * facts.duration_ms // 1000 + 10)
    read = 0
    with Child(ffmpeg, arguments, Limits(_patience(facts))) as decoder:
        while window := decoder.stdout.read(_WINDOW_BYTES // frame * frame):
            read += len(window)
            if read > most:
                raise UnusableAudio("too_long")
            yield window[: len(window) - len(window) % frame]
        status = decoder.finish()
        if decoder.ran_out_of_time:
            raise UnusableAudio("decoder_timeout")
        if not read:
            raise UnusableAudio("not_audio")
        if status != 0:
            raise UnusableAudio("damaged")


def _patience(facts: AudioFacts) -> float:
    """Seconds a child may take: ages for a machine that does 100 times real time."""
    return 60 + facts.duration_ms / 1000


@contextmanager
def written(target: Path) -> Iterator[None]:
    """Everything or nothing: the target on the disk, or gone after an error."""
    try:
        yield
        with target.open("rb") as file:
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
