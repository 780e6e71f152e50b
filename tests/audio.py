"""Real recordings for tests, in every format that is accepted."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from recordings.media.ffmpeg import find_ffmpeg

PACKAGED = find_ffmpeg()
# The system's program too, where there is one: it is years older and differs.
PROGRAMS = sorted({PACKAGED, shutil.which("ffmpeg") or PACKAGED})

SENTENCE = (
    "The patient reports mild chest pain after walking, and no shortness of "
    "breath at rest. Please book a follow up in two weeks."
)


@dataclass(frozen=True)
class Format:
    """How a sample is encoded, and what is true of it afterwards."""

    options: str
    container: str
    codec: str
    sample_rate: int
    channels: int = 1


FORMATS = {
    "pcm-8.wav": Format("-ar 11025 -c:a pcm_u8", "wav", "pcm_u8", 11025),
    "pcm-16.wav": Format("-c:a pcm_s16le", "wav", "pcm_s16le", 22050),
    "pcm-24.wav": Format("-ar 44100 -c:a pcm_s24le", "wav", "pcm_s24le", 44100),
    "pcm-32.wav": Format("-c:a pcm_s32le", "wav", "pcm_s32le", 22050),
    "float.wav": Format("-ar 96000 -c:a pcm_f32le", "wav", "pcm_f32le", 96000),
    "stereo.wav": Format("-ac 2 -ar 48000", "wav", "pcm_s16le", 48000, 2),
    "six.wav": Format("-ac 6 -ar 16000", "wav", "pcm_s16le", 16000, 6),
    "mu-law.wav": Format("-ar 8000 -c:a pcm_mulaw", "wav", "pcm_mulaw", 8000),
    "a-law.wav": Format("-ar 8000 -c:a pcm_alaw", "wav", "pcm_alaw", 8000),
    "adpcm.wav": Format("-c:a adpcm_ima_wav", "wav", "adpcm_ima_wav", 22050),
    "gsm.wav": Format("", "wav", "gsm_ms", 8000),
    "rf64.wav": Format("-rf64 always", "wav", "pcm_s16le", 22050),
    "sony.w64": Format("", "w64", "pcm_s16le", 22050),
    "free.flac": Format("", "flac", "flac", 22050),
    "layer3.mp3": Format("-ac 2 -ar 44100", "mp3", "mp3", 44100, 2),
    "phone.mp3": Format("-ar 8000", "mp3", "mp3", 8000),
    "opus.ogg": Format("-c:a libopus -b:a 24k", "ogg", "opus", 48000),
    "vorbis.ogg": Format("-c:a libvorbis", "ogg", "vorbis", 22050),
    "opus.webm": Format("-c:a libopus -b:a 24k", "webm", "opus", 48000),
    "live.webm": Format("-c:a libopus -live 1", "webm", "opus", 48000),
    "aac.mka": Format("-c:a aac -ar 44100 -f matroska", "matroska", "aac", 44100),
    "aac.m4a": Format("-c:a aac -ar 44100", "mp4", "aac", 44100),
    "alac.m4a": Format("-c:a alac", "mp4", "alac", 22050),
    "fast.m4a": Format("-c:a aac -movflags +faststart", "mp4", "aac", 22050),
    "adts.aac": Format("-c:a aac", "aac", "aac", 22050),
    "narrow.amr": Format("-ar 8000 -c:a libopencore_amrnb", "amr", "amr_nb", 8000),
    "big.aiff": Format("", "aiff", "pcm_s16be", 22050),
    "sun.au": Format("", "au", "pcm_s16be", 22050),
    "core.caf": Format("", "caf", "pcm_s16be", 22050),
}


def speech(folder: Path) -> Path:
    """A spoken sentence as 22.05 kHz mono WAV, made once in `folder`."""
    target = folder / "speech.wav"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    talker = shutil.which("espeak-ng")
    if talker:
        subprocess.run([talker, "-w", str(target), SENTENCE], check=True)
    else:
        # A voice without words: a buzz of changing pitch, in syllables.
        buzz = "0.3*sin(2*PI*t*(140+20*sin(3*t))+3*sin(900*t))*abs(sin(9*t))"
        encode(target, "-f", "lavfi", "-i", f"aevalsrc={buzz}:s=22050:d=7")
    return target


def sample(folder: Path, name: str) -> Path:
    """The sentence in one of `FORMATS`, made once in `folder`."""
    target = folder / name
    if target.exists():
        return target
    said = speech(folder)
    if name == "gsm.wav":
        target.write_bytes(gsm_wav(seconds=7))
    else:
        encode(target, "-i", str(said), *FORMATS[name].options.split())
    return target


def encode(target: Path, *arguments: str) -> Path:
    """Run the packaged ffmpeg to make `target`; for files the tests trust."""
    quiet = ["-nostdin", "-loglevel", "error", "-y"]
    subprocess.run([PACKAGED, *quiet, *arguments, f"file:{target}"], check=True)
    return target


def decoded(path: Path) -> tuple[bytes, int]:
    """The sound of a file as 16-bit mono bytes at 8 kHz, and its length in ms."""
    command = [PACKAGED, "-nostdin", "-loglevel", "error", "-i", f"file:{path}"]
    command += ["-map", "0:a:0", "-ac", "1", "-ar", "8000", "-f", "s16le", "pipe:1"]
    sound = subprocess.run(command, check=True, capture_output=True).stdout
    return sound, len(sound) // 16


def wav(
    data: bytes,
    *,
    tag: int = 1,
    channels: int = 1,
    rate: int = 8000,
    bits: int = 16,
    block: int | None = None,
    more: bytes = b"",
    size: int | None = None,
    before: bytes = b"",
) -> bytes:
    """A WAV file by hand, so that any field of its header can lie."""
    align = channels * bits // 8 if block is None else block
    speed = rate * align & 0xFFFFFFFF
    form = struct.pack("<HHIIHH", tag, channels, rate, speed, align & 0xFFFF, bits)
    body = before + chunk(b"fmt ", form + more)
    body += chunk(b"data", data, len(data) if size is None else size)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


def chunk(name: bytes, data: bytes, size: int | None = None) -> bytes:
    """A RIFF chunk, with its true size or another."""
    return name + struct.pack("<I", len(data) if size is None else size) + data


def gsm_wav(seconds: int) -> bytes:
    """Microsoft GSM in WAV, as PBXs store it: 65 bytes are 40 ms. Quiet noise."""
    count = seconds * 25
    data = b"".join(bytes([0xD2, *(i * 37 % 251,) * 64]) for i in range(count))
    samples = struct.pack("<HH", 2, 320)
    return wav(data, tag=0x31, bits=0, block=65, more=samples)


def aiff(
    data: bytes, rate: bytes, channels: int = 1, kind: bytes = b"", offset: int = 0
) -> bytes:
    form = struct.pack(">hIh", channels, 8000, 16) + rate + kind
    sound = struct.pack(">II", offset, 0) + data
    body = atom(b"COMM", form)[4:8] + struct.pack(">I", len(form)) + form
    body += b"SSND" + struct.pack(">I", len(sound)) + sound
    name = b"AIFC" if kind else b"AIFF"
    return b"FORM" + struct.pack(">I", len(body) + 4) + name + body


def ogg_page(
    flags: int, granule: int, number: int, data: bytes, serial: int = 1
) -> bytes:
    laces = [255] * (len(data) // 255) + [len(data) % 255]
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, 1)
    head = head[:-1] + bytes([len(laces), *laces])
    crc = 0
    for byte in head + data:
        crc ^= byte << 24
        for _ in range(8):
            crc = crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        crc &= 0xFFFFFFFF
    return head[:22] + struct.pack("<I", crc) + head[26:] + data


def atom(name: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + name + data


def id3(size: int, data: bytes = b"", flags: int = 0) -> bytes:
    digits = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00" + bytes([flags]) + digits + data


def zipped(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), data)
    return packed.getvalue()
