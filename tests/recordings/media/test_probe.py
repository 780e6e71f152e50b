from __future__ import annotations

import os
import pickle
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recordings.media.probe import AudioFacts, UnusableAudio, probe
from recordings.media.transcode import make_mp3, make_wav
from tests import audio, hostile

pytestmark = pytest.mark.once

HOUR = 3600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(params=audio.PROGRAMS)
def ffmpeg(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def refusal(path: Path, *, max_seconds: float = HOUR, timeout: float = 20) -> str:
    with pytest.raises(UnusableAudio) as caught:
        probe(path, max_seconds=max_seconds, ffmpeg=audio.PACKAGED, timeout=timeout)
    return caught.value.code


@pytest.mark.parametrize("name", audio.FORMATS)
def test_it_finds_the_facts_of_every_format(
    name: str, folder: Path, ffmpeg: str
) -> None:
    path = audio.sample(folder, name)
    expected = audio.FORMATS[name]

    facts = probe(path, max_seconds=HOUR, ffmpeg=ffmpeg)

    assert facts.container == expected.container
    assert facts.codec == expected.codec
    assert facts.sample_rate == expected.sample_rate
    assert facts.channels == expected.channels
    _, length = audio.decoded(path)
    assert abs(facts.duration_ms - length) <= 50


@pytest.mark.parametrize(
    "name",
    ["-i.wav", "a:b.wav", "%d.wav", "x\ny.wav", 'it\'s "$(x)".wav', "å.m3u8", "wav"],
)
def test_the_name_of_a_file_means_nothing(
    name: str, folder: Path, tmp_path: Path, ffmpeg: str
) -> None:
    path = tmp_path / name
    path.write_bytes(audio.sample(folder, "free.flac").read_bytes())

    assert probe(path, max_seconds=HOUR, ffmpeg=ffmpeg).container == "flac"


def test_a_wav_that_was_cut_off_has_the_length_it_really_has(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(audio.wav(bytes(48000), size=10_000_000))

    facts = probe(path, max_seconds=HOUR, ffmpeg=audio.PACKAGED)

    assert facts == AudioFacts("wav", "pcm_s16le", 8000, 1, 3000)


def test_lost_packets_are_not_counted(folder: Path, tmp_path: Path) -> None:
    # The timestamps of Matroska say where the hole is; its packets are gone.
    whole = audio.sample(folder, "opus.webm")
    path = audio.encode(
        tmp_path / "hole.webm",
        *["-i", str(whole), "-c", "copy"],
        *["-bsf:a", "noise=drop='between(n,100,199)'"],
    )

    before = probe(whole, max_seconds=HOUR, ffmpeg=audio.PACKAGED)
    after = probe(path, max_seconds=HOUR, ffmpeg=audio.PACKAGED)

    assert abs(before.duration_ms - after.duration_ms - 2000) <= 50


def test_sound_beside_a_picture_is_taken(folder: Path, tmp_path: Path) -> None:
    said = audio.speech(folder)
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=2"]
    path = audio.encode(
        tmp_path / "film.mp4", *picture, "-i", str(said), "-c:v", "mpeg4", "-c:a", "aac"
    )

    assert probe(path, max_seconds=HOUR, ffmpeg=audio.PACKAGED).codec == "aac"


def test_the_longest_audio_is_accepted_and_a_sample_more_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(audio.wav(bytes(32000)))
    assert probe(path, max_seconds=2, ffmpeg=audio.PACKAGED).duration_ms == 2000

    path.write_bytes(audio.wav(bytes(32016)))
    assert refusal(path, max_seconds=2) == "too_long"


def test_audio_that_is_far_too_long_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "days.wav"
    path.write_bytes(audio.wav(b"", bits=8, size=0))
    os.truncate(path, 8 << 30)
    began = time.monotonic()

    assert refusal(path) == "too_long"

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("empty", "empty"),
        ("not_audio", "text"),
        ("not_audio", "m3u8-http"),
        ("not_audio", "zip"),
        ("no_audio_stream", "video-mp4"),
        ("zero_length", "wav-no-data"),
        ("unsupported", "wav-nine-channels"),
        ("unsupported", "wav-codec-wma"),
    ],
)
def test_a_refusal_says_why(code: str, name: str, folder: Path, tmp_path: Path) -> None:
    case = next(case for case in hostile.CASES if case.name == name)
    path = tmp_path / "upload"
    path.write_bytes(case.make(hostile.Ground(folder)))

    assert refusal(path) == code


def test_a_refusal_can_be_shown_and_sent_on(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"text")

    with pytest.raises(UnusableAudio) as caught:
        probe(path, max_seconds=HOUR, ffmpeg=audio.PACKAGED)

    assert str(caught.value) == caught.value.message
    assert str(tmp_path) not in caught.value.message
    assert pickle.loads(pickle.dumps(caught.value)).code == "not_audio"  # noqa: S301


def test_a_decoder_that_hangs_is_given_up(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)

    with pytest.raises(UnusableAudio) as caught:
        probe(
            audio.sample(folder, "free.flac"),
            max_seconds=HOUR,
            ffmpeg=str(program),
            timeout=0.2,
        )

    assert caught.value.code == "decoder_timeout"


def test_many_threads_probe_at_once(folder: Path) -> None:
    paths = [audio.sample(folder, name) for name in audio.FORMATS]

    def facts(path: Path) -> AudioFacts:
        return probe(path, max_seconds=HOUR, ffmpeg=audio.PACKAGED)

    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(facts, paths))

    assert at_once == [facts(path) for path in paths]


class Trap:
    """An address and a file that nobody may open; opening the file hangs."""

    def __init__(self, folder: Path) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/bait"
        self.file = str(folder / "bait")
        os.mkfifo(self.file)

    def was_called(self, *, within: float = 0) -> bool:
        self.listener.settimeout(within)
        try:
            caller, _ = self.listener.accept()
        except (BlockingIOError, TimeoutError):
            return False
        caller.close()
        return True


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    trap = Trap(tmp_path_factory.mktemp("trap"))
    with trap.listener:
        yield trap


def test_the_trap_catches_a_decoder_that_follows_a_playlist(
    trap: Trap, tmp_path: Path
) -> None:
    path = tmp_path / "playlist"
    path.write_text(f"ffconcat version 1.0\nfile '{trap.url}'\n")
    careless = ["-protocol_whitelist", "file,http,tcp", "-safe", "0"]

    with subprocess.Popen(
        [audio.PACKAGED, *careless, "-i", path], stderr=subprocess.DEVNULL
    ) as decoder:
        called = trap.was_called(within=20)
        decoder.kill()

    assert called


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_a_hostile_upload_gives_facts_or_a_refusal_and_opens_nothing(
    case: hostile.Hostile, folder: Path, trap: Trap, tmp_path: Path, ffmpeg: str
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(case.make(hostile.Ground(folder, trap.url, trap.file)))
    answer = "taken"
    try:
        facts = probe(path, max_seconds=HOUR, ffmpeg=ffmpeg, timeout=20)
        # What is accepted can be handed out in every form.
        make_wav(path, tmp_path / "wav", facts=facts, ffmpeg=ffmpeg)
        make_mp3(path, tmp_path / "mp3", facts=facts, ffmpeg=ffmpeg)
    except UnusableAudio as refusal:
        answer = refusal.code

    # A decoder that opens the trap's file waits there for ever.
    assert answer != "decoder_timeout"
    assert not trap.was_called()
    assert case.refused in (None, answer != "taken")
    assert (answer == "taken") == (tmp_path / "wav").exists()
