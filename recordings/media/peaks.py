"""The shape of a recording's sound, to draw: docs/peaks.md describes the format."""

from __future__ import annotations

import json
import warnings
from array import array
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Final

from recordings.media.probe import AudioFacts
from recordings.media.transcode import DECODING, windows, written

with warnings.catch_warnings():
    # Deprecated since Python 3.11, gone with 3.13; audioop-lts takes its place.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

_VERSION: Final = 1
_POINTS_PER_SECOND: Final = 10
# Wider than any screen, and some ten kilobytes a channel.
_MOST_POINTS: Final = 4000
_DIGITS: Final = 3
# A sketch is so many steps in time, each a digit of how loud it is.
_SKETCH_STEPS: Final = 48
_LOUDNESS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

_SAMPLE_BYTES: Final = 2
_LOUDEST: Final = 32768

#: Another value of these is another form, as in recordings.media.transcode.
PEAKS_PARAMETERS: Final = (
    *(*DECODING, str(_VERSION), str(_POINTS_PER_SECOND)),
    *(str(_MOST_POINTS), str(_DIGITS), str(_SKETCH_STEPS)),
)


def make_peaks(source: Path, target: Path, *, facts: AudioFacts, ffmpeg: str) -> None:
    """Write the peaks of `source`, a point for each step in time and channel.

    The target is complete and on the disk when this returns, and absent when it
    raises; it raises what `windows` does, and OSError.
    """
    frames = facts.duration_ms * facts.sample_rate // 1000
    step = max(facts.sample_rate // _POINTS_PER_SECOND, -(-frames // _MOST_POINTS))
    frame = facts.channels * _SAMPLE_BYTES
    peaks: list[list[float]] = [[] for _ in range(facts.channels)]
    heard, rest = 0, b""
    sound = windows(source, facts, facts.sample_rate, facts.channels, ffmpeg)
    with closing(sound):
        for window in sound:
            heard += len(window) // frame
            data = rest + window
            whole = len(data) - len(data) % (step * frame)
            for start in range(0, whole, step * frame):
                _add(peaks, data[start : start + step * frame])
            rest = data[whole:]
    if rest:
        _add(peaks, rest)
    found = {
        "version": _VERSION,
        "duration": round(heard / facts.sample_rate, 3),
        "channels": facts.channels,
        "points_per_second": round(facts.sample_rate / step, 6),
        "peaks": peaks,
    }
    with written(target), target.open("w") as file:
        json.dump(found, file, separators=(",", ":"))


def sketch_of(peaks: Path) -> str:
    """The shape of a file of peaks in a line of text, to draw beside a title.

    All channels in one, and the loudest step at the top: a quiet recording has a
    shape too. :func:`loudness_of` reads it.
    """
    channels = json.loads(peaks.read_text())["peaks"]
    points = [max(point) for point in zip(*channels, strict=True)]
    steps = min(_SKETCH_STEPS, len(points))
    bounds = [len(points) * step // steps for step in range(steps + 1)] if steps else []
    found = [max(points[a:b]) for a, b in pairwise(bounds)]
    loudest = max(found, default=0) or 1
    top = len(_LOUDNESS) - 1
    return "".join(_LOUDNESS[round(top * step / loudest)] for step in found)


def loudness_of(sketch: str) -> list[float]:
    """From 0 to 1, a number for each step of a sketch."""
    return [_LOUDNESS.index(digit) / (len(_LOUDNESS) - 1) for digit in sketch]


def _add(peaks: list[list[float]], sound: bytes) -> None:
    """One more point for each channel: how far the sound goes from silence."""
    samples = array("h", sound)
    for number, channel in enumerate(peaks):
        own = samples[number :: len(peaks)].tobytes()
        channel.append(round(audioop.max(own, _SAMPLE_BYTES) / _LOUDEST, _DIGITS))
