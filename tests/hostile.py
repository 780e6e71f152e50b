"""Uploads nobody should send: what probing must survive and mostly refuse.

Every one must give facts or UnusableAudio, soon, and open nothing else. The
corpus is the same on every run.
"""

from __future__ import annotations

import gzip
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path

from tests import audio
from tests.audio import aiff, atom, chunk, id3, ogg_page, wav, zipped


@dataclass(frozen=True)
class Ground:
    """Where samples are made, and what no decoder may ever touch."""

    folder: Path
    url: str = "http://127.0.0.1:9/bait"
    file: str = "/etc/passwd"


@dataclass(frozen=True)
class Hostile:
    """One upload. `refused` is None where either answer is sensible."""

    name: str
    refused: bool | None
    make: Callable[[Ground], bytes]


def corpus(ground: Ground) -> Iterator[tuple[str, bytes, bool | None]]:
    """All of it as name, bytes and whether it must be refused."""
    for case in CASES:
        yield case.name, case.make(ground), case.refused


def _fixed(refused: bool | None, /, **cases: bytes) -> list[Hostile]:
    def always(data: bytes) -> Callable[[Ground], bytes]:
        return lambda ground: data

    return [
        Hostile(name.replace("_", "-"), refused, always(data))
        for name, data in cases.items()
    ]


def _read(ground: Ground, sample: str) -> bytes:
    return audio.sample(ground.folder, sample).read_bytes()


def _twisted(
    name: str, refused: bool | None, sample: str, twist: Callable[[bytes], bytes]
) -> Hostile:
    return Hostile(name, refused, lambda ground: twist(_read(ground, sample)))


def _noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


TEXTS = _fixed(
    True,
    empty=b"",
    one_byte=b"R",
    newline=b"\n",
    zeros=bytes(65536),
    ones=b"\xff" * 65536,
    noise=_noise(65536, 1),
    text=b"The patient reports mild chest pain.\n" * 100,
    utf16="The patient".encode("utf-16") * 100,
    html=b"<!DOCTYPE html><script>alert(1)</script>" * 10,
    json=b'{"audio": "UklGRg=="}',
    base64_wav=b"UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=",
    script=b"#!/bin/sh\nrm -rf /\n",
    pickle=b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00cos\nsystem\n.",
)

# What a playlist may look like; %u is an address and %f a file to be baited with.
_PLAYLISTS = {
    "m3u8-file": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://%f\n",
    "m3u8-http": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n%u\n#EXT-X-ENDLIST\n",
    "m3u8-bare": "#EXTM3U\n#EXTINF:9,\n%f\n#EXT-X-ENDLIST\n",
    "m3u8-concat": "#EXTM3U\n#EXTINF:9,\nconcat:%f|%u\n#EXT-X-ENDLIST\n",
    "m3u8-subfile": "#EXTM3U\n#EXTINF:9,\nsubfile,,start,0,end,64,,:%f\n",
    "m3u8-key": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="%u"\n#EXTINF:9,\n%f\n',
    "m3u8-map": '#EXTM3U\n#EXT-X-MAP:URI="%f"\n#EXTINF:9,\n%u\n',
    "m3u8-master": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n%u\n",
    "m3u8-data": "#EXTM3U\n#EXTINF:9,\ndata:audio/wav;base64,UklGRg==\n",
    "m3u8-bom": "\ufeff#EXTM3U\n#EXTINF:9,\n%u\n",
    "m3u8-flac-mark": "fLaC\n#EXTM3U\n#EXTINF:9,\n%u\n",
    "m3u8-ogg-mark": "OggS\n#EXTM3U\n#EXTINF:9,\n%u\n",
    "m3u8-wav-mark": "RIFF    WAVE\n#EXTM3U\n#EXTINF:9,\n%u\n",
    "m3u8-aiff-mark": "FORM    AIFF\n#EXTM3U\n#EXTINF:9,\n%u\n",
    "m3u8-mp4-mark": "    ftyp\n#EXTM3U\n#EXTINF:9,\n%u\n",
    "m3u8-amr-mark": "#!AMR\n#EXTM3U\n#EXTINF:9,\n%u\n",
    "m3u8-au-mark": ".snd\n#EXTM3U\n#EXTINF:9,\n%u\n",
    "m3u8-caf-mark": "caff\n#EXTM3U\n#EXTINF:9,\n%u\n",
    "pls": "[playlist]\nNumberOfEntries=1\nFile1=%u\nLength1=-1\n",
    "ffconcat": "ffconcat version 1.0\nfile '%f'\n",
    "ffconcat-url": "ffconcat version 1.0\nfile '%u'\nduration 9\n",
    "ffconcat-options": "ffconcat version 1.0\nfile '%f'\noption safe 0\n",
    "ffmetadata": ";FFMETADATA1\ntitle=%f\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\n"
    "t=0 0\nm=audio 9 RTP/AVP 0\na=control:%u\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'
    "<Period><BaseURL>%u</BaseURL></Period></MPD>",
    "imf": '<?xml version="1.0"?><CompositionPlaylist '
    'xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><Id>%f</Id>'
    "</CompositionPlaylist>",
    "smooth": '<?xml version="1.0"?><SmoothStreamingMedia Url="%u"/>',
    "xspf": '<playlist version="1"><track><location>%u</location></track></playlist>',
    "asx": '<asx version="3.0"><entry><ref href="%u"/></entry></asx>',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="%u"/></svg>',
    "xml-entity": '<!DOCTYPE a [<!ENTITY e SYSTEM "file://%f">]><a>&e;</a>',
    "vobsub": "# VobSub index file, v7\nid: en, index: 0\ntimestamp: 0, filepos: 0\n",
    "avisynth": 'DirectShowSource("%f")\n',
    "webvtt": "WEBVTT\n\n00:00.000 --> 00:09.000\n%u\n",
    "bare-address": "%u\n",
    "bare-file": "file://%f\n",
}


def _bait(text: str, ground: Ground) -> bytes:
    return text.replace("%u", ground.url).replace("%f", ground.file).encode()


def _playlists() -> Iterator[Hostile]:
    for name, text in _PLAYLISTS.items():
        yield Hostile(name, True, partial(_bait, text))

    def tagged(ground: Ground) -> bytes:
        return id3(64, bytes(64)) + _bait(_PLAYLISTS["m3u8-http"], ground)

    def inside(ground: Ground) -> bytes:
        text = _bait(_PLAYLISTS["m3u8-http"], ground)
        return id3(len(text), text) + _read(ground, "layer3.mp3")

    yield Hostile("m3u8-behind-id3", True, tagged)
    yield Hostile("m3u8-inside-id3", False, inside)
    yield Hostile("quicktime-reference-movie", True, _reference_movie)
    yield Hostile("quicktime-outside-data", True, _outside_data)
    yield Hostile("quicktime-alias", True, _alias)


def _reference_movie(ground: Ground) -> bytes:
    where = ground.url.encode() + b"\0"
    pointer = atom(b"rdrf", bytes(4), b"url ", struct.pack(">I", len(where)), where)
    return atom(b"moov", atom(b"rmra", atom(b"rmda", pointer)))


def _outside_data(ground: Ground) -> bytes:
    return _with_reference(ground, atom(b"url ", bytes(4), ground.url.encode(), b"\0"))


def _alias(ground: Ground) -> bytes:
    path = ground.file.encode()
    path += b"\0" * (len(path) % 2)
    record = bytearray(150)
    record[10:14] = b"HDD\0"
    record[50:54] = b"file"
    for kind, text in ((2, path), (18, path)):
        record += struct.pack(">HH", kind, len(text)) + text
    record += struct.pack(">hH", -1, 0)
    return _with_reference(ground, atom(b"alis", bytes(4), bytes(record)))


def _with_reference(ground: Ground, entry: bytes) -> bytes:
    """An MP4 whose sound is said to lie elsewhere."""
    data = _read(ground, "aac.m4a")
    own = atom(b"url ", b"\0\0\0\1")
    assert data.count(own) == 1
    position, longer = data.index(own), len(entry) - len(own)
    changed = bytearray(data.replace(own, entry))
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = data.rindex(name, 0, position) - 4
        size = int.from_bytes(changed[at : at + 4]) + longer
        changed[at : at + 4] = size.to_bytes(4)
    # No sound of its own: it must come from elsewhere or be refused.
    at = changed.index(b"mdat")
    size = int.from_bytes(changed[at - 4 : at])
    changed[at + 4 : at - 4 + size] = bytes(size - 8)
    return bytes(changed)


_PNG = (
    b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"
)

OTHER_FILES = _fixed(
    True,
    zip=zipped("a.wav", wav(bytes(16000))),
    gzip=gzip.compress(wav(bytes(16000)), mtime=0),
    gzip_bomb=gzip.compress(bytes(4 << 20), mtime=0),
    tar=b"a.wav".ljust(257, b"\0") + b"ustar\x0000" + bytes(248),
    pdf=b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF",
    png=_PNG + bytes(64),
    jpeg=b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(64),
    elf=b"\x7fELF\2\1\1" + bytes(256),
    avi=b"RIFF\x40\0\0\0AVI LIST" + bytes(64),
    asf=b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c" + bytes(64),
    mpeg_ts=(b"\x47\x40\0\x10" + bytes(184)) * 20,
    dicom=bytes(128) + b"DICM" + bytes(64),
)

_SOUND = _noise(16000, 2)
_UNKNOWN = struct.pack("<HHI", 22, 16, 4) + _noise(16, 3)

WAVS = [
    *_fixed(
        True,
        wav_no_channels=wav(_SOUND, channels=0),
        wav_65535_channels=wav(_SOUND, channels=65535),
        wav_nine_channels=wav(_SOUND, channels=9),
        wav_no_rate=wav(_SOUND, rate=0),
        wav_one_hertz=wav(_SOUND, rate=1),
        wav_rate_4e9=wav(_SOUND, rate=4_000_000_000),
        wav_no_data=wav(b""),
        wav_half_a_sample=wav(b"\0"),
        wav_no_format=b"RIFF\x20\0\0\0WAVE" + chunk(b"data", _SOUND),
        wav_format_empty=b"RIFF\x20\0\0\0WAVE" + chunk(b"fmt ", b""),
        wav_format_huge=b"RIFF\x20\0\0\0WAVE" + chunk(b"fmt ", b"\1\0", 0xFFFFFFF0),
        wav_format_65535=wav(_SOUND, tag=0xFFFF),
        wav_codec_ac3=wav(_SOUND, tag=0x2000),
        wav_codec_wma=wav(_SOUND, tag=0x161),
        wav_codec_g729=wav(_SOUND, tag=0x83, bits=8, block=10),
        wav_codec_voxware=wav(_SOUND, tag=0x75),
        wav_extensible_cut=wav(_SOUND, tag=0xFFFE),
        wav_extensible_unknown=wav(_SOUND, tag=0xFFFE, more=_UNKNOWN),
        wav_empty_chunks=b"RIFF\x20\0\0\0WAVE" + bytes(8 << 15),
        wav_chunk_past_end=b"RIFF\x20\0\0\0WAVE" + chunk(b"junk", b"", 0xFFFFFFFF),
        wav_riff_only=b"RIFF\xff\xff\xff\xffWAVE",
        rf64_no_sizes=b"RF64\xff\xff\xff\xffWAVE" + chunk(b"fmt ", bytes(16)),
    ),
    *_fixed(
        False,
        wav_data_size_zero=wav(_SOUND, size=0),
        wav_data_size_all_ones=wav(_SOUND, size=0xFFFFFFFF),
        wav_data_size_too_big=wav(_SOUND, size=10_000_000),
        wav_riff_size_zero=b"RIFF\0\0\0\0" + wav(_SOUND)[8:],
        wav_then_zip=wav(_SOUND) + zipped("a.txt", b"x"),
        wav_lists=wav(_SOUND, before=chunk(b"LIST", b"INFO") * 1000),
    ),
    *_fixed(
        None,
        wav_no_bits=wav(_SOUND, bits=0, block=2),
        wav_65535_bits=wav(_SOUND, bits=65535),
        wav_no_block=wav(_SOUND, block=0),
        wav_block_65535=wav(_SOUND, block=65535),
        wav_codec_mp3=wav(_SOUND, tag=0x55),
        wav_codec_aac=wav(_SOUND, tag=0xFF),
        wav_codec_adpcm_lies=wav(_SOUND, tag=2, bits=4, block=1),
        wav_codec_gsm_block=wav(_SOUND, tag=0x31, bits=0, block=1),
        wav_two_formats=wav(
            _SOUND, before=chunk(b"fmt ", struct.pack("<HHIIHH", 1, 2, 1, 4, 4, 16))
        ),
        wav_list_in_itself=wav(
            _SOUND, before=chunk(b"LIST", chunk(b"LIST", b"INFO", 0xFFFFFF) * 999)
        ),
    ),
]


_8KHZ = bytes.fromhex("400bfa00000000000000")


def _flac(form: bytes, *blocks: bytes) -> bytes:
    return b"fLaC\0\0\0\x22" + form.ljust(34, b"\0") + b"".join(blocks)


def _opus_head(channels: int) -> bytes:
    return b"OpusHead\1" + struct.pack("<BHIhB", channels, 312, 48000, 0, 0)


_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_TAGS = ogg_page(0, 0, 1, b"OpusTags" + bytes(8))
_OPUS = ogg_page(2, 0, 0, _opus_head(1)) + _TAGS
_BOMB = atom(b"cmvd", struct.pack(">I", 32 << 20), zlib.compress(bytes(32 << 20), 1))
_DEEP = b"".join(struct.pack(">I", (2000 - i) * 8) + b"moov" for i in range(2000))

BROKEN = [
    *_fixed(
        True,
        aiff_no_rate=aiff(_SOUND, bytes(10)),
        aiff_infinite_rate=aiff(_SOUND, b"\x7f\xff\x80" + bytes(7)),
        aiff_negative_rate=aiff(_SOUND, b"\xc0" + _8KHZ[1:]),
        aiff_no_channels=aiff(_SOUND, _8KHZ, channels=0),
        aiff_many_channels=aiff(_SOUND, _8KHZ, channels=32767),
        aiff_unknown_codec=aiff(_SOUND, _8KHZ, kind=b"QDM2\0\0"),
        aiff_sound_past_end=aiff(_SOUND, _8KHZ, offset=1 << 31),
        aiff_only_form=b"FORM\x7f\xff\xff\xffAIFF",
        flac_all_zero=_flac(b""),
        flac_no_frames=_flac(bytes.fromhex("10001000000000000000 0bb800f0 ffffffff")),
        flac_huge_block=_flac(b"", b"\4\xff\xff\xff"),
        flac_endless_blocks=_flac(b"", b"\1\0\0\0" * 50000),
        flac_picture_elsewhere=_flac(b"", b"\x86\0\0\x40\0\0\0\3\0\0\0\3-->" * 9),
        mp3_only_a_tag=id3(1 << 27),
        mp3_tag_past_end=id3((1 << 28) - 1, bytes(1000)),
        mp3_endless_tags=id3(0) * 5000,
        mp3_footer_tags=id3(0, bytes(10), 0x10) * 20,
        mp3_old_tag_only=b"TAG" + bytes(125),
        mp3_one_header=b"\xff\xfb\x90\x00",
        mp3_noise_after_header=b"\xff\xfb\x90\x00" + _noise(60, 5),
        ogg_empty_pages=b"OggS" + bytes(23) * 2000,
        ogg_opus_no_sound=_OPUS,
        ogg_opus_255_channels=ogg_page(2, 0, 0, _opus_head(255)) + _TAGS,
        ogg_vorbis_no_setup=ogg_page(2, 0, 0, b"\1vorbis" + bytes(23)),
        ogg_theora=ogg_page(2, 0, 0, b"\x80theora\3\2\1" + bytes(32)),
        ogg_new_streams=b"".join(ogg_page(2, 0, 0, b"?", n) for n in range(300)),
        mp4_atom_size_one=atom(b"ftyp", b"M4A ") + b"\0\0\0\1moov" + b"\xff" * 8,
        mp4_atom_past_end=atom(b"ftyp", b"M4A ") + b"\xff\xff\xff\xffmoov",
        mp4_atom_zero=bytes(4) + b"ftyp" + bytes(64),
        mp4_nested_in_itself=atom(b"ftyp", b"M4A ") + _DEEP,
        mp4_bomb=atom(b"moov", atom(b"cmov", atom(b"dcom", b"zlib"), _BOMB)),
        mkv_header_only=_EBML + b"\x80",
        mkv_endless_void=_EBML + b"\x80" + b"\xec\x81\0" * 50000,
        mkv_unknown_sizes=_EBML + b"\x80" + (_SEGMENT + b"\1") * 500 + b"\xff" * 7,
        mkv_nested=_EBML + b"\x80" + (_SEGMENT + b"\xff\x1f\x43\xb6\x75\xff") * 5000,
        amr_only_mark=b"#!AMR\n",
        amr_wide_only_mark=b"#!AMR-WB\n",
        au_offset_huge=b".snd\xff\xff\xff\xff" + struct.pack(">IIII", 8, 3, 8000, 1),
        au_no_encoding=b".snd" + struct.pack(">IIIII", 24, 8, 0, 8000, 1) + _SOUND,
        caf_minus_one=b"caff\0\1\0\0desc" + b"\xff" * 8 + bytes(64),
        w64_zero_chunks=b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\4\xc1\0\0" + bytes(9000),
        aac_zero_frames=b"\xff\xf1\x50\x80\0\x1f\xfc" * 3000,
    ),
    *_fixed(
        None,
        amr_reserved_frames=b"#!AMR\n" + b"\x74" * 1000,
        amr_no_data_frames=b"#!AMR\n" + b"\x7c" * 5000,
        ogg_granule_huge=_OPUS + ogg_page(4, 1 << 62, 2, b"\xf8\xff\xfe"),
        ogg_granule_negative=_OPUS + ogg_page(4, -9, 2, b"\xf8\xff\xfe" * 3),
        aiff_little=aiff(_SOUND, _8KHZ, kind=b"sowt\0\0"),
    ),
]


def _flipped(seed: int, data: bytes) -> bytes:
    """A bit in 2000 bytes turned, half of them near the start."""
    chance, changed = random.Random(seed), bytearray(data)
    for turn in range(len(data) // 2000 + 2):
        end = len(data) if turn % 2 else min(len(data), 600)
        changed[chance.randrange(end)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _spoilt() -> Iterator[Hostile]:
    """A file of every container as a line, a disk or an enemy may leave it."""
    by_container = {form.container: name for name, form in audio.FORMATS.items()}
    for sample in by_container.values():
        for size in (3, 12, 30):
            name = f"{sample}-{size}-bytes"
            yield _twisted(name, True, sample, itemgetter(slice(size)))
        yield _twisted(f"{sample}-half", None, sample, lambda d: d[: len(d) // 2])
        yield _twisted(
            f"{sample}-hole", None, sample, lambda d: d[:4000] + bytes(4000) + d[8000:]
        )
        for seed in (1, 2, 3, 4):
            name = f"{sample}-flips-{seed}"
            yield _twisted(name, None, sample, partial(_flipped, seed))


def _video(ground: Ground, name: str, *options: str) -> bytes:
    target = ground.folder / name
    if not target.exists():
        picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=2"]
        audio.encode(target, *picture, *options)
    return target.read_bytes()


MIXED = [
    Hostile("video-mp4", True, lambda g: _video(g, "video.mp4", "-c:v", "mpeg4")),
    Hostile("video-webm", True, lambda g: _video(g, "video.webm", "-c:v", "libvpx")),
    Hostile("video-ogg", True, lambda g: _video(g, "video.ogv", "-c:v", "libtheora")),
    _twisted(
        "picture-tag-mp3", False, "layer3.mp3", lambda d: id3(len(_PNG), _PNG) + d
    ),
    _twisted("pdf-then-mp3", True, "layer3.mp3", lambda d: b"%PDF-1.7\n" + d),
    _twisted("html-then-wav", True, "pcm-16.wav", lambda d: b"<html>" + d),
    _twisted("mp3-in-zip", True, "layer3.mp3", lambda d: zipped("a.mp3", d)),
    _twisted("flac-then-mp3", None, "free.flac", lambda d: d + b"\xff\xfb\x90\0" * 99),
    _twisted("ogg-twice", False, "opus.ogg", lambda d: d + d),
    _twisted("mp3-twice", None, "layer3.mp3", lambda d: d + d),
    _twisted("wav-as-tagged", True, "pcm-16.wav", lambda d: id3(10, bytes(10)) + d),
]

CASES = [*TEXTS, *_playlists(), *OTHER_FILES, *WAVS, *BROKEN, *_spoilt(), *MIXED]
