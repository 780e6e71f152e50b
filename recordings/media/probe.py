"""What an audio file is, found from its content and never from its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from django.utils.translation import gettext_noop

from recordings.media.ffmpeg import Child, Limits, hostile_input
from recordings.media.wav import plain_wav

# Decoded to prove that the file holds sound and to learn its true form: the
# header of HE-AAC, for one, names half the rate that comes out.
_DECODED_SECONDS: Final = 10

# Longer steps in time (seconds) are holes that nobody stored, not audio.
_LONGEST_STEP: Final = 0.2

_RATES: Final = range(4_000, 384_001)
_CHANNELS: Final = range(1, 9)

_MESSAGES: Final = {
    "empty": gettext_noop("The file is empty."),
    "not_audio": gettext_noop(
        "The file is not audio in a format that can be read here."
    ),
    "no_audio_stream": gettext_noop("The file holds no audio, only other content."),
    "zero_length": gettext_noop(
        "The file is an audio file, but there is no sound in it."
    ),
    "too_long": gettext_noop("The recording is longer than is accepted here."),
    "too_large": gettext_noop(
        "The recording is too long for a WAV file of at most 4 GiB."
    ),
    "unsupported": gettext_noop(
        "The audio is coded in a way that cannot be read here."
    ),
    "damaged": gettext_noop("The audio is damaged and cannot be read to its end."),
    "decoder_timeout": gettext_noop("Reading the audio took too long."),
}


class UnusableAudio(Exception):
    """A file that cannot be taken as a recording, or not turned into another form.

    `code` is a word for programs: "empty", "not_audio", "no_audio_stream",
    "zero_length", "too_long", "too_large", "unsupported", "damaged" (only when
    another form is made) or "decoder_timeout".
    `message` is one English sentence for people.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.message = _MESSAGES[code]
        super().__init__(self.message)

    def __reduce__(self) -> tuple[type[UnusableAudio], tuple[str]]:
        return type(self), (self.code,)


@dataclass(frozen=True)
class AudioFacts:
    """What is true of an audio file.

    `container` is one of wav, w64, flac, mp3, ogg, webm, matroska, mp4, amr,
    aiff, aac, au, caf; `codec` is ffmpeg's name (pcm_s16le, opus). `sample_rate`
    in Hz and `channels` are those of the decoded sound. `duration_ms` is
    counted from the packets: what a header promises does not matter.
    """

    container: str
    codec: str
    sample_rate: int
    channels: int
    duration_ms: int

    @property
    def demuxer(self) -> str:
        """The name of ffmpeg's reader for this container."""
        return _DEMUXERS.get(self.container, self.container)


_DEMUXERS: Final = {"webm": "matroska", "mp4": "mov"}


def probe(
    path: Path, *, max_seconds: float, ffmpeg: str, timeout: float = 60
) -> AudioFacts:
    """The facts about the audio file at `path`.

    The header of a plain WAV file is enough; any other file is read once and its
    beginning decoded. Memory does not depend on the length. Safe to call from
    many threads.

    Args:
        max_seconds: the longest audio that is accepted.
        ffmpeg: path of the program, from `find_ffmpeg`.
        timeout: seconds after which reading is given up.

    Raises:
        UnusableAudio: it is not a recording that can be kept, for the reason
            in its code.
        OSError: the file cannot be read at all.
    """
    with path.open("rb") as file:
        container = sniff(file)
        padding = _mp3_padding(file) if container == "mp3" else 0
        table = _plain_table(file) if container == "wav" else None
    if table is None:
        table = _read_table(path, container, max_seconds, ffmpeg, timeout)
    if table.rate not in _RATES or table.channels not in _CHANNELS:
        raise UnusableAudio("unsupported")
    seconds = table.seconds - padding / table.rate
    facts = AudioFacts(
        container, table.codec, table.rate, table.channels, round(seconds * 1000)
    )
    if facts.duration_ms <= 0:
        raise UnusableAudio("zero_length")
    if facts.duration_ms > max_seconds * 1000:
        raise UnusableAudio("too_long")
    return facts


def _plain_table(file: BinaryIO) -> _PacketTable | None:
    """What ffmpeg would list of a plain WAV file, without asking it."""
    plain = plain_wav(file)
    if plain is None:
        return None
    if plain.sample_rate not in _RATES or plain.channels not in _CHANNELS:
        return None
    table = _PacketTable()
    table.codec, table.channels = plain.codec, plain.channels
    table.rate = plain.sample_rate
    table.seconds = plain.frames * (1 / plain.sample_rate)
    return table


def _read_table(
    path: Path, container: str, max_seconds: float, ffmpeg: str, timeout: float
) -> _PacketTable:
    demuxer = _DEMUXERS.get(container, container)
    arguments = [
        *hostile_input(path, demuxer, in_bulk=True),
        *["-t", str(_DECODED_SECONDS), *hostile_input(path, demuxer)],
        *["-map", "0:a:0", "-map", "1:a:0", "-c:0", "copy", "-c:1", "pcm_s16le"],
        *["-threads", "1", "-max_error_rate", "1", "-flush_packets", "0"],
        *["-f", "framecrc", "pipe:1"],
    ]
    table = _PacketTable()
    with Child(ffmpeg, arguments, Limits(timeout)) as child:
        table.read(child.stdout, max_seconds)
        child.finish()
        if child.ran_out_of_time:
            raise UnusableAudio("decoder_timeout")
        complaint = child.errors
    if not table.channels:
        raise UnusableAudio(_reason(complaint))
    return table


def _reason(complaint: str) -> str:
    """The code for a file that gave no sound, from ffmpeg's last words."""
    if "matches no streams" in complaint:
        return "no_audio_stream"
    # The last two are how the builds of several years say the same.
    unknown = ("not on whitelist", "no decoder found", "Decoder (codec none)")
    if any(words in complaint for words in unknown):
        return "unsupported"
    if complaint:
        return "not_audio"
    return "zero_length"


class _PacketTable:
    """Adds up ffmpeg's list of packets ("framecrc") while it is written.

    Stream 0 is the stored audio, packet by packet; stream 1 its decoded start.
    A line is: stream, decode time, play time, duration, bytes, checksum.
    """

    def __init__(self) -> None:
        self.codec = ""
        self.rate = 0
        self.channels = 0
        self.seconds = 0.0

    def read(self, lines: Iterable[bytes], max_seconds: float) -> None:
        """Read the table; raises "too_long" as soon as that is certain."""
        tick = 1.0
        most = longest = 0
        length = last = duration = 0
        started = False
        for line in lines:
            fields = line.split(b",", 5)
            if fields[0] == b"0":
                time = int(fields[2])
                step = time - last
                if not started:
                    # Time before zero is the coder's run-in, cut when decoding.
                    started, length = True, max(-longest, min(0, time))
                elif abs(step - duration) <= self._slack(duration, longest):
                    length += step
                else:
                    length += duration
                last, duration = time, int(fields[3])
                if length > most:
                    raise UnusableAudio("too_long")
            elif fields[0] == b"1":
                self._decoded(int(fields[3]), int(fields[4]))
            elif line.startswith(b"#tb 0: "):
                tick = _fraction(line)
                longest = int(_LONGEST_STEP / tick)
                most = int((max_seconds + 1) / tick)
            else:
                self._header(line)
        self.seconds = (length + duration) * tick

    def _slack(self, duration: int, longest: int) -> int:
        """How far a step in time may be from the packet's length and be believed.

        Steps jump and jitter where a recorder lost packets, so the length rules;
        but in Matroska it is rounded to a millisecond, and that of a Vorbis packet
        is an estimate, in sum 4 % short.
        """
        return longest if self.codec == "vorbis" or not duration else 1

    def _decoded(self, samples: int, size: int) -> None:
        if not self.channels and samples > 0:
            self.channels = size // (2 * samples)

    def _header(self, line: bytes) -> None:
        name, _, value = line.strip().partition(b": ")
        if name == b"#codec_id 0":
            self.codec = value.decode("ascii", "replace")
        elif name == b"#sample_rate 1":
            self.rate = int(value)


def _fraction(line: bytes) -> float:
    above, _, below = line.split()[-1].partition(b"/")
    return int(above) / int(below)


# The sniffing keeps every playlist and every text out, whatever ffmpeg would
# make of it, and gives the container the name the rest of MediSync uses.
_CHUNKED: Final = {
    (b"RIFF", b"WAVE"): "wav",
    (b"RF64", b"WAVE"): "wav",
    (b"BW64", b"WAVE"): "wav",
    (b"FORM", b"AIFF"): "aiff",
    (b"FORM", b"AIFC"): "aiff",
}
_QUICKTIME: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_MAGIC: Final = {
    b"riff\x2e\x91\xcf\x11": "w64",
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"#!AMR\n": "amr",
    b"#!AMR-WB\n": "amr",
    b".snd": "au",
    b"caff": "caf",
}


def sniff(file: BinaryIO) -> str:
    """The container of an audio file, from its first bytes.

    Leaves the file where the audio starts, behind any ID3 tags.

    Raises:
        UnusableAudio: "empty", or "not_audio" when no container starts so.
    """
    start = 0
    # A tag says how long it is; some writers put several in a row.
    for _ in range(8):
        file.seek(start)
        head = file.read(4096)
        if not head.startswith(b"ID3") or len(head) < 10:
            break
        start += _id3_size(head)
    file.seek(start)
    if not head and not start:
        raise UnusableAudio("empty")
    container = _bare_stream(head) if start else _container(head)
    if container is None:
        raise UnusableAudio("not_audio")
    return container


def _container(head: bytes) -> str | None:
    chunked = _CHUNKED.get((head[:4], head[8:12]))
    if chunked:
        return chunked
    if head[4:8] in _QUICKTIME:
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "matroska"
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return None if name == "amr" and _is_text(head) else name
    return _bare_stream(head)


def _is_text(amr: bytes) -> bool:
    # Three bits of every AMR frame's first byte are zero. Nothing else in the
    # format would be noticed: any text decodes to some noise.
    first = amr.partition(b"\n")[2][:1]
    return bool(first) and bool(first[0] & 0x83)


def _bare_stream(head: bytes) -> str | None:
    """Whether MP3 or AAC frames, or FLAC, start here: what may follow a tag."""
    if head.startswith(b"fLaC"):
        return "flac"
    # Some taggers leave zeros between the tag and the first frame.
    frame = head.lstrip(b"\0")[:4]
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return None
    if frame[1] & 0xF6 == 0xF0:
        return "aac"
    layer, bit_rate, rate = frame[1] & 0x06, frame[2] >> 4, frame[2] & 0x0C
    return "mp3" if layer and bit_rate != 15 and rate != 0x0C else None


def _id3_size(head: bytes) -> int:
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 127
    return size + (20 if head[5] & 0x10 else 10)


def _mp3_padding(file: BinaryIO) -> int:
    """Samples that an MP3 decoder cuts from the end, as the encoder noted.

    Up to 70 ms at 8 kHz, and nowhere to be seen in the packets.
    """
    frame = file.read(4096).lstrip(b"\0")[:256]
    tag = max(frame.find(b"Xing"), frame.find(b"Info"))
    # Frames, bytes, table and quality must all be there before the encoder.
    if tag < 0 or frame[tag + 7 : tag + 8] != b"\x0f" or len(frame) < tag + 144:
        return 0
    noted = int.from_bytes(frame[tag + 141 : tag + 144]) & 0xFFF
    decoder_delay = 529
    return max(0, noted - decoder_delay)
