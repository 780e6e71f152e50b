"""Plain WAV files, told by their header alone.

Most of what comes in is uncompressed WAV, and of such a file the header and the
size say everything. A decoder is asked about all others: this reader takes a file
only when nothing in it is unusual, so that both always say the same.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

# The codec by format tag and bits of a sample: ffmpeg's names.
_CODECS: Final = {
    (1, 8): "pcm_u8",
    (1, 16): "pcm_s16le",
    (1, 24): "pcm_s24le",
    (1, 32): "pcm_s32le",
    (3, 32): "pcm_f32le",
    (3, 64): "pcm_f64le",
    (6, 8): "pcm_alaw",
    (7, 8): "pcm_mulaw",
}
_EXTENSIBLE: Final = 0xFFFE
# What follows the tag in the 16 bytes that name an extensible file's codec.
_GUID: Final = bytes.fromhex("000000001000800000aa00389b71")

# Chunks that say nothing about the sound; any other might.
_IDLE: Final = {b"LIST", b"fact", b"JUNK", b"PAD ", b"FLLR"}
_MOST_CHUNKS: Final = 32

# Digital surround sound in the disguise of 16-bit samples begins its frames so.
_DISGUISED: Final = b"\x72\xf8\x1f\x4e"
_DISGUISED_WITHIN: Final = 1 << 17


@dataclass(frozen=True)
class PlainWav:
    """What the header says; ``frames`` are samples of all channels together."""

    codec: str
    sample_rate: int
    channels: int
    frames: int


def plain_wav(file: BinaryIO) -> PlainWav | None:
    """The facts about a WAV file of plain samples; None: let a decoder look.

    Reads a few chunk headers, whatever the file's length. A size that is not the
    true one, a chunk nobody expects, or a byte too many is reason enough for None.
    """
    chunks = list(_chunks(file))
    if not _are_usual(chunks):
        return None
    places = {name: (start, size) for name, start, size in chunks}
    start, size = places[b"fmt "]
    file.seek(start)
    form = _form(file.read(size)) if size in (16, 18, 40) else None
    if form is None:
        return None
    codec, rate, channels, block = form
    start, size = places[b"data"]
    file.seek(start)
    if not size or size % block or _DISGUISED in file.read(_DISGUISED_WITHIN):
        return None
    return PlainWav(codec, rate, channels, size // block)


def _are_usual(chunks: list[tuple[bytes, int, int]]) -> bool:
    """One form, then one lot of samples; and nothing else that could matter."""
    names = [name for name, _, _ in chunks if name not in _IDLE]
    # ffmpeg takes no list without a kind.
    lists = [size for name, _, size in chunks if name == b"LIST"]
    return names == [b"fmt ", b"data"] and min(lists, default=4) >= 4


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and size of every chunk; of none unless all of them fit exactly."""
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    magic, size, kind = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
    if (magic, kind) != (b"RIFF", b"WAVE") or size + 8 != end:
        return
    found: list[tuple[bytes, int, int]] = []
    position = 12
    while position < end and len(found) < _MOST_CHUNKS:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack("<4sI", head)
        found.append((name, position + 8, size))
        position += 8 + size + size % 2
    # A last chunk of odd size may go without its byte of padding.
    if position == end or (position == end + 1 and size % 2):
        yield from found


def _form(form: bytes) -> tuple[str, int, int, int] | None:
    """Codec, rate, channels and bytes a frame, when they agree with each other."""
    tag, channels, rate, speed, block, bits = struct.unpack("<HHIIHH", form[:16])
    extra = form[16:18] or b"\0\0"
    if tag == _EXTENSIBLE and len(form) == 40:
        valid, mask, tag = struct.unpack("<HIH", form[18:26])
        if extra != b"\x16\0" or valid != bits or form[26:] != _GUID:
            return None
        if mask.bit_count() not in (0, channels):
            return None
    elif len(form) == 40 or extra != b"\0\0":
        return None
    codec = _CODECS.get((tag, bits))
    if codec is None or not channels or not rate:
        return None
    if block != channels * bits // 8 or speed != rate * block:
        return None
    return codec, rate, channels, block


#: How long the header of :func:`speech_header` is.
SPEECH_HEADER: Final = 44
#: The most bytes of samples that a plain WAV file can hold.
MOST_SAMPLE_BYTES: Final = 0xFFFFFFFE - SPEECH_HEADER


def speech_header(size: int, *, rate: int) -> bytes:
    """What makes a plain WAV file of ``size`` bytes of 16-bit mono samples."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", SPEECH_HEADER - 8 + size, b"WAVE"),
        *(b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16),
        *(b"data", size),
    )
