from __future__ import annotations

import subprocess
import tracemalloc
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from recordings.media.peaks import make_peaks
from recordings.media.probe import AudioFacts, UnusableAudio, probe
from recordings.media.transcode import TranscodeError, make_mp3, make_wav
from tests import audio

pytestmark = pytest.mark.once

HOUR = 3600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(params=audio.PROGRAMS)
def ffmpeg(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def facts_of(path: Path, ffmpeg: str = audio.PACKAGED) -> AudioFacts:
    return probe(path, max_seconds=HOUR, ffmpeg=ffmpeg)


def tone(target: Path, seconds: int, *options: str) -> Path:
    source = f"sine=frequency=440:sample_rate=48000:duration={seconds}"
    return audio.encode(target, "-f", "lavfi", "-i", source, *options)


@pytest.mark.parametrize("name", audio.FORMATS)
def test_a_wav_has_the_same_rate_channels_and_length(
    name: str, folder: Path, tmp_path: Path, ffmpeg: str
) -> None:
    source, target = audio.sample(folder, name), tmp_path / "a.wav"
    facts = facts_of(source, ffmpeg)

    make_wav(source, target, facts=facts, ffmpeg=ffmpeg)

    assert target.read_bytes()[:4] == b"RIFF"
    with wave.open(str(target)) as made:
        assert made.getsampwidth() == 2
        assert made.getframerate() == facts.sample_rate
        assert made.getnchannels() == facts.channels
        length = made.getnframes() * 1000 / made.getframerate()
    assert abs(length - facts.duration_ms) <= 50


def test_a_wav_of_a_wav_has_the_very_same_samples(folder: Path, tmp_path: Path) -> None:
    source, target = audio.sample(folder, "stereo.wav"), tmp_path / "a.wav"

    make_wav(source, target, facts=facts_of(source), ffmpeg=audio.PACKAGED)

    with wave.open(str(source)) as before, wave.open(str(target)) as after:
        assert before.readframes(1 << 30) == after.readframes(1 << 30)


@pytest.mark.parametrize("name", audio.FORMATS)
def test_an_mp3_is_as_long_as_the_recording(
    name: str, folder: Path, tmp_path: Path, ffmpeg: str
) -> None:
    source, target = audio.sample(folder, name), tmp_path / "a.mp3"
    facts = facts_of(source, ffmpeg)

    make_mp3(source, target, facts=facts, ffmpeg=ffmpeg)

    made = facts_of(target, ffmpeg)
    assert (made.container, made.codec) == ("mp3", "mp3")
    assert made.channels == min(2, facts.channels)
    assert abs(made.duration_ms - facts.duration_ms) <= 50
    _, heard = audio.decoded(target)
    assert abs(heard - facts.duration_ms) <= 50


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(5000, 8000), (8000, 8000), (10000, 11025), (11025, 11025), (96000, 48000)],
)
def test_an_mp3_has_the_nearest_rate_there_is(
    rate: int, expected: int, folder: Path, tmp_path: Path
) -> None:
    said = audio.speech(folder)
    source = audio.encode(tmp_path / "a.wav", "-i", str(said), "-ar", str(rate))
    target = tmp_path / "a.mp3"

    make_mp3(source, target, facts=facts_of(source), ffmpeg=audio.PACKAGED)

    assert facts_of(target).sample_rate == expected


def test_an_mp3_can_be_sought_and_timed_from_its_first_frame(
    folder: Path, tmp_path: Path
) -> None:
    source, target = audio.sample(folder, "mu-law.wav"), tmp_path / "a.mp3"

    make_mp3(source, target, facts=facts_of(source), ffmpeg=audio.PACKAGED)

    # "Info" is the Xing header of a file with a constant bit rate.
    assert b"Info" in target.read_bytes()[:200]


def test_no_seam_is_heard_between_windows(tmp_path: Path, ffmpeg: str) -> None:
    # Four windows and a bit; ffmpeg alone, in one piece, must give the same file.
    source = tone(tmp_path / "a.wav", 25, "-ac", "2")
    target, whole = tmp_path / "a.mp3", tmp_path / "whole.mp3"

    make_mp3(source, target, facts=facts_of(source), ffmpeg=ffmpeg)

    settings = ["-c:a", "libmp3lame", "-b:a", "128k", "-compression_level", "7"]
    subprocess.run(
        [ffmpeg, "-v", "error", "-i", source, *settings, "-bitexact", whole],
        check=True,
    )
    assert target.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("make", [make_wav, make_mp3, make_peaks])
def test_memory_does_not_grow_with_the_length(
    make: Callable[..., None], tmp_path: Path
) -> None:
    # Five minutes of stereo are 58 MB of samples.
    source = tone(tmp_path / "long.flac", 300, "-ac", "2")
    facts = facts_of(source)
    tracemalloc.start()
    try:
        make(source, tmp_path / "made", facts=facts, ffmpeg=audio.PACKAGED)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 12_000_000


def test_a_wav_of_more_than_four_gigabytes_is_refused_before_work(
    folder: Path, tmp_path: Path
) -> None:
    facts = AudioFacts("wav", "pcm_s16le", 48000, 2, 7 * HOUR * 1000)

    with pytest.raises(UnusableAudio) as caught:
        make_wav(
            audio.speech(folder),
            tmp_path / "a.wav",
            facts=facts,
            ffmpeg=str(tmp_path / "no such program"),
        )

    assert caught.value.code == "too_large"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [make_wav, make_mp3])
def test_nothing_is_left_when_the_recording_does_not_decode(
    make: Callable[..., None], folder: Path, tmp_path: Path
) -> None:
    source, target = tmp_path / "a.flac", tmp_path / "target"
    source.write_bytes(b"no longer what it was" * 100)

    with pytest.raises(UnusableAudio) as caught:
        make(
            source,
            target,
            facts=facts_of(audio.sample(folder, "free.flac")),
            ffmpeg=audio.PACKAGED,
        )

    assert caught.value.code == "not_audio"
    assert not target.exists()


def test_nothing_is_left_when_the_decoder_gives_up_midway(
    folder: Path, tmp_path: Path
) -> None:
    source, target = audio.speech(folder), tmp_path / "target"
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nhead -c 9000 /dev/zero; exit 1\n")
    program.chmod(0o700)

    with pytest.raises(UnusableAudio) as caught:
        make_wav(source, target, facts=facts_of(source), ffmpeg=str(program))

    assert caught.value.code == "damaged"
    assert not target.exists()


def test_one_damaged_block_does_not_silence_its_neighbours(
    folder: Path, tmp_path: Path
) -> None:
    whole = audio.sample(folder, "adpcm.wav")
    facts = facts_of(whole)
    damaged = bytearray(whole.read_bytes())
    # A step index of 255 in the header of one block of 1024 bytes.
    start = damaged.index(b"data") + 8
    damaged[start + 40 * 1024 + 2] = 255
    source, target = tmp_path / "a.wav", tmp_path / "target"
    source.write_bytes(damaged)

    make_wav(source, target, facts=facts, ffmpeg=audio.PACKAGED)

    _, length = audio.decoded(target)
    assert facts.duration_ms - 400 < length < facts.duration_ms


def test_nothing_is_left_when_much_more_comes_out_than_was_probed(
    tmp_path: Path,
) -> None:
    source, target = tone(tmp_path / "a.wav", 60), tmp_path / "target"

    with pytest.raises(UnusableAudio) as caught:
        make_wav(
            source,
            target,
            facts=AudioFacts("wav", "pcm_s16le", 48000, 1, 1000),
            ffmpeg=audio.PACKAGED,
        )

    assert caught.value.code == "too_long"
    assert not target.exists()


def test_an_encoder_that_cannot_write_is_not_the_recordings_fault(
    folder: Path, tmp_path: Path
) -> None:
    source = audio.speech(folder)

    with pytest.raises(TranscodeError):
        make_mp3(
            source,
            tmp_path / "no such folder" / "a.mp3",
            facts=facts_of(source),
            ffmpeg=audio.PACKAGED,
        )


def test_an_encoder_that_dies_midway_leaves_nothing(
    folder: Path, tmp_path: Path
) -> None:
    source, target = audio.speech(folder), tmp_path / "a.mp3"
    program = tmp_path / "ffmpeg"
    # It decodes, but as an encoder it writes a little, reads a little and dies.
    program.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *libmp3lame*) ;; *) exec \'{audio.PACKAGED}\' "$@";; esac\n'
        f"echo some > '{target}'; head -c 9 > /dev/null; exit 1\n"
    )
    program.chmod(0o700)

    with pytest.raises(TranscodeError):
        make_mp3(source, target, facts=facts_of(source), ffmpeg=str(program))

    assert not target.exists()
