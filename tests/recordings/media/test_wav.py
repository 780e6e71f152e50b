"""What is told from a WAV header is what a decoder says; of the rest, nothing is."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import pytest

from recordings.media import probe as probing
from recordings.media.probe import AudioFacts, UnusableAudio, probe
from recordings.media.wav import plain_wav
from tests import audio, hostile
from tests.audio import chunk, wav

pytestmark = pytest.mark.once

SOUND = random.Random(4).randbytes(4000)
SURROUND = b"\x72\xf8\x1f\x4e" * 1000


def extensible(bits: int, mask: int, tag: int, valid: int | None = None) -> bytes:
    guid = bytes.fromhex("000000001000800000aa00389b71")
    said = bits if valid is None else valid
    return struct.pack("<HHIH", 22, said, mask, tag) + guid


def longer(data: bytes, *more: bytes) -> bytes:
    """The file with something behind it, and a size that counts it."""
    whole = data + b"".join(more)
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


PLAIN = {
    "mono": wav(SOUND),
    "8-bit": wav(SOUND, bits=8),
    "24-bit-stereo": wav(SOUND[:3996], bits=24, channels=2, rate=48000),
    "float": wav(SOUND, tag=3, bits=32),
    "double": wav(SOUND, tag=3, bits=64, channels=5),
    "a-law": wav(SOUND, tag=6, bits=8),
    "long-form": wav(SOUND, more=b"\0\0"),
    "extensible": wav(SOUND, tag=0xFFFE, more=extensible(16, 4, 1)),
    "extensible-float": wav(SOUND, tag=0xFFFE, bits=32, more=extensible(32, 0, 3)),
    "list-before": wav(SOUND, before=chunk(b"LIST", b"INFOISFT\6\0\0\0Rec 1\0")),
    "broken-list": wav(SOUND, before=chunk(b"LIST", b"INFOISFT\xff\xff\xff\xffRe")),
    "list-behind": longer(wav(SOUND), chunk(b"LIST", b"INFO")),
    "odd-and-unpadded": wav(SOUND[:3999], bits=8),
    "odd-and-padded": longer(wav(SOUND[:3999], bits=8), b"\0"),
    "fact": wav(SOUND, tag=7, bits=8, before=chunk(b"fact", b"\1\0\0\0")),
}
UNUSUAL = {
    "cut-off": wav(SOUND)[:-100],
    "endless": wav(SOUND, size=0xFFFFFFFF),
    "no-size": wav(SOUND, size=0),
    "no-sound": wav(b""),
    "half-a-frame": wav(SOUND[:3999]),
    "something-behind": wav(SOUND) + b"TAG",
    "two-lots-of-sound": longer(wav(SOUND), chunk(b"data", SOUND)),
    "two-forms": longer(wav(SOUND), chunk(b"fmt ", bytes(16))),
    "another-chunk": wav(SOUND, before=chunk(b"SMV0", bytes(40))),
    "list-of-no-kind": wav(SOUND, before=chunk(b"LIST", b"")),
    "wrong-block": wav(SOUND, block=4),
    "no-channels": wav(SOUND, channels=0, block=0),
    "no-rate": wav(SOUND, rate=0),
    "adpcm": wav(SOUND, tag=2, bits=4, block=256),
    "12-bit": wav(SOUND, bits=12, block=2),
    "extensible-20-bit": wav(SOUND, tag=0xFFFE, more=extensible(16, 4, 1, valid=12)),
    "extensible-wrong-places": wav(SOUND, tag=0xFFFE, more=extensible(16, 3, 1)),
    "surround-in-disguise": wav(SURROUND, channels=2, rate=48000),
    "rf64": b"RF64" + wav(SOUND)[4:],
    "only-a-head": b"RIFF\4\0\0\0WAVE",
}


def both(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[AudioFacts | str]:
    """What is said of the file with and without asking a decoder."""
    answers: list[AudioFacts | str] = []
    for reader in (plain_wav, lambda file: None):
        monkeypatch.setattr(probing, "plain_wav", reader)
        try:
            answers.append(probe(path, max_seconds=3600, ffmpeg=audio.PACKAGED))
        except UnusableAudio as refusal:
            answers.append(refusal.code)
    return answers


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_file_is_told_by_its_header(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(PLAIN[name])
    assert plain_wav(io.BytesIO(PLAIN[name])) is not None
    quick, thorough = both(path, monkeypatch)
    assert quick == thorough
    assert isinstance(quick, AudioFacts)


@pytest.mark.parametrize("name", UNUSUAL)
def test_anything_unusual_is_left_to_a_decoder(name: str) -> None:
    assert plain_wav(io.BytesIO(UNUSUAL[name])) is None


def test_of_every_known_file_it_says_what_a_decoder_says_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = hostile.Ground(tmp_path)
    files = {name: data for name, data, _ in hostile.corpus(ground)}
    for name in audio.FORMATS:
        files[name] = audio.sample(tmp_path, name).read_bytes()
    told = {name for name, data in files.items() if plain_wav(io.BytesIO(data))}
    kept = [name for name, form in audio.FORMATS.items() if form.container == "wav"]
    assert told >= set(kept) - {"adpcm.wav", "gsm.wav", "rf64.wav"}
    path = tmp_path / "upload"
    for name in told:
        path.write_bytes(files[name])
        quick, thorough = both(path, monkeypatch)
        assert quick == thorough, name


def test_it_reads_as_little_of_a_long_file_as_of_a_short_one(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    size = 3_000_000_000
    head = bytearray(wav(b"", size=size))
    head[4:8] = struct.pack("<I", len(head) - 8 + size)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + size)  # A hole: it takes no room.
    facts = probe(path, max_seconds=1e6, ffmpeg="/nothing/to/ask")
    assert facts.duration_ms == size // 16
