"""The waveform to draw, against sound whose shape is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recordings.media.peaks import make_peaks
from recordings.media.probe import UnusableAudio, probe
from tests import audio

pytestmark = pytest.mark.once


def peaks_of(source: Path) -> dict[str, Any]:
    facts = probe(source, max_seconds=100_000, ffmpeg=audio.PACKAGED)
    target = source.with_name("peaks.json")
    make_peaks(source, target, facts=facts, ffmpeg=audio.PACKAGED)
    found: dict[str, Any] = json.loads(target.read_text())
    assert list(found) == [
        *["version", "duration", "channels", "points_per_second", "peaks"],
    ]
    assert found["version"] == 1
    assert len(found["peaks"]) == found["channels"] == facts.channels
    points = found["duration"] * found["points_per_second"]
    for channel in found["peaks"]:
        assert abs(len(channel) - points) < 1
        assert len(channel) <= 4001
        assert all(0 <= point <= 1 for point in channel)
    return found


def made(target: Path, expression: str, seconds: int, rate: int = 8000) -> Path:
    source = f"aevalsrc={expression}"
    return audio.encode(
        target, "-f", "lavfi", "-i", f"{source}:s={rate}:d={seconds}", "-c:a", "flac"
    )


def test_loud_and_silent_seconds_are_told_apart(tmp_path: Path) -> None:
    # Silence, then half as loud as can be, by turns of a second.
    source = made(tmp_path / "a.flac", "0.5*sin(2*PI*400*t)*mod(floor(t)\\,2)", 6)
    found = peaks_of(source)

    assert found["duration"] == 6
    assert found["points_per_second"] == 10
    (points,) = found["peaks"]
    for second in range(6):
        expected = 0.5 if second % 2 else 0
        for point in points[second * 10 + 1 : second * 10 + 9]:
            assert point == pytest.approx(expected, abs=0.01)


def test_each_channel_has_its_own(tmp_path: Path) -> None:
    source = made(tmp_path / "a.flac", "0.25*sin(2*PI*400*t)|0", 3)
    left, right = peaks_of(source)["peaks"]

    assert min(left) == pytest.approx(0.25, abs=0.01)
    assert set(right) == {0}


def test_the_loudest_sample_there_is(tmp_path: Path) -> None:
    source = tmp_path / "a.wav"
    source.write_bytes(audio.wav(b"\x00\x80" * 8000))

    assert set(peaks_of(source)["peaks"][0]) == {1}


def test_a_long_recording_has_wider_steps(tmp_path: Path) -> None:
    source = made(tmp_path / "a.flac", "0.1*sin(2*PI*400*t)", 1000)
    found = peaks_of(source)

    assert found["points_per_second"] == 4
    assert len(found["peaks"][0]) == 4000
    assert source.with_name("peaks.json").stat().st_size < 40_000


@pytest.mark.parametrize("name", ["mu-law.wav", "six.wav", "opus.webm", "layer3.mp3"])
def test_real_speech(name: str, tmp_path: Path) -> None:
    channels = peaks_of(audio.sample(tmp_path, name))["peaks"]

    # In which of six channels one voice is, is the encoder's choice.
    spoken = max(channels, key=max)
    assert max(spoken) > 0.1
    assert min(spoken) < max(spoken) / 3  # Between the words.


def test_nothing_is_left_of_what_does_not_decode(tmp_path: Path) -> None:
    source, target = tmp_path / "a.flac", tmp_path / "peaks.json"
    said = audio.sample(tmp_path, "free.flac")
    facts = probe(said, max_seconds=60, ffmpeg=audio.PACKAGED)
    source.write_bytes(b"no longer what it was" * 100)

    with pytest.raises(UnusableAudio):
        make_peaks(source, target, facts=facts, ffmpeg=audio.PACKAGED)
    assert not target.exists()
