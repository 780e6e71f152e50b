"""Make the demo clinic's audio again from story.json.

Run by hand, never at run time; needs espeak-ng and ffmpeg (libopus) on the PATH:

    python medisync/demo_clinic/make_audio.py [FILE ...]
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
from array import array
from pathlib import Path
from typing import NamedTuple, NotRequired, TypedDict

HERE = Path(__file__).resolve().parent

SPEECH_DBFS = -18.5  # of one turn, so that a file with its pauses is near -20
PEAK = 0.7  # the limiter's ceiling; Opus overshoots a little above it
PAUSE_SECONDS = 0.45
EDGE_SECONDS = 0.3
SILENCE = 0.004


class Quality(NamedTuple):
    rate: int
    bitrate: str
    filters: str


ROOM = Quality(16_000, "10k", "highpass=f=70")
PHONE = Quality(8_000, "8k", "highpass=f=300,lowpass=f=3400")
# One party a channel, two independent streams that share this rate.
PHONE_STEREO = PHONE._replace(bitrate="24k")


class Voice(TypedDict):
    espeak: str
    pitch: int
    speed: int


class Line(TypedDict):
    voice: str
    text: str


class Audio(TypedDict):
    file: str
    kind: str
    language: str
    cast: dict[str, str]
    sides: NotRequired[list[str]]
    lines: list[Line]


class Story(TypedDict):
    voices: dict[str, Voice]
    audio: list[Audio]


def run(command: list[str], stdin: bytes = b"") -> bytes:
    # S603: the programs are fixed and no shell reads the arguments.
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        message = done.stderr.decode(errors="replace").strip()
        raise SystemExit(f"{command[0]} failed: {message}")
    return done.stdout


def speak(text: str, voice: Voice, quality: Quality) -> array[float]:
    """One turn: trimmed, at the quality's rate and band, at speech loudness."""
    wav = run(
        [
            "espeak-ng",
            *("-v", voice["espeak"]),
            *("-p", str(voice["pitch"])),
            *("-s", str(voice["speed"])),
            "--stdout",
            text,
        ]
    )
    pcm = run(
        [
            *("ffmpeg", "-v", "error", "-i", "pipe:0"),
            *("-af", quality.filters, "-ac", "1", "-ar", str(quality.rate)),
            *("-f", "f32le", "pipe:1"),
        ],
        wav,
    )
    samples = array("f")
    samples.frombytes(pcm)
    return level(trim(samples))


def trim(samples: array[float]) -> array[float]:
    loud = [i for i, sample in enumerate(samples) if abs(sample) > SILENCE]
    if not loud:
        raise SystemExit("The synthesiser returned silence.")
    return samples[loud[0] : loud[-1] + 1]


def level(samples: array[float]) -> array[float]:
    power = math.fsum(sample * sample for sample in samples) / len(samples)
    gain = 10 ** (SPEECH_DBFS / 20) / math.sqrt(power)
    return array("f", (sample * gain for sample in samples))


def quiet(seconds: float, quality: Quality) -> array[float]:
    return array("f", bytes(4 * round(seconds * quality.rate)))


def quality_of(item: Audio) -> Quality:
    if item["kind"] != "call":
        return ROOM
    return PHONE_STEREO if "sides" in item else PHONE


def render(item: Audio, voices: dict[str, Voice]) -> array[float]:
    """The whole item as interleaved samples, one channel per side."""
    quality = quality_of(item)
    sides = item.get("sides", [""])
    channels = [quiet(EDGE_SECONDS, quality) for _ in sides]
    for number, line in enumerate(item["lines"]):
        voice = voices[item["cast"][line["voice"]]]
        turn = speak(line["text"], voice, quality)
        pause = quiet(PAUSE_SECONDS if number else 0, quality)
        for side, channel in zip(sides, channels, strict=True):
            channel.extend(pause)
            speaks = side in ("", line["voice"])
            channel.extend(turn if speaks else array("f", bytes(4 * len(turn))))
    mixed = array("f", bytes(4 * len(channels) * len(channels[0])))
    for index, channel in enumerate(channels):
        mixed[index :: len(channels)] = channel
    mixed.extend(array("f", bytes(4 * len(channels) * quality.rate // 4)))
    return mixed


def encode(samples: array[float], item: Audio, target: Path) -> None:
    quality = quality_of(item)
    channels = len(item.get("sides", [""]))
    # Below some 30 kb/s libopus quietly makes a stereo pair mono. Mapping family
    # 255 keeps the channels as streams of their own, with nothing shared.
    family = "255" if channels > 1 else "0"
    # Bit-exact flags give the Ogg stream a fixed serial, so that a second run
    # makes the same files.
    run(
        [
            *("ffmpeg", "-v", "error", "-y"),
            *("-f", "f32le", "-ar", str(quality.rate), "-ac", str(channels)),
            *("-i", "pipe:0", "-af", f"alimiter=limit={PEAK}:level=false"),
            *("-ar", str(quality.rate), "-map_metadata", "-1"),
            *("-c:a", "libopus", "-b:a", quality.bitrate, "-vbr", "on"),
            *("-application", "voip", "-frame_duration", "60"),
            *("-mapping_family", family),
            *("-fflags", "+bitexact", "-flags", "+bitexact"),
            *("-f", "ogg", str(target)),
        ],
        samples.tobytes(),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="only these; all when none is given")
    wanted: list[str] = parser.parse_args().files
    story: Story = json.loads((HERE / "story.json").read_text(encoding="utf-8"))
    folder = HERE / "audio"
    folder.mkdir(exist_ok=True)
    for item in story["audio"]:
        if wanted and item["file"] not in wanted:
            continue
        samples = render(item, story["voices"])
        target = folder / item["file"]
        encode(samples, item, target)
        frames = len(samples) / len(item.get("sides", [""]))
        seconds = frames / quality_of(item).rate
        print(f"{item['file']:24} {seconds:6.1f} s {target.stat().st_size:7} bytes")


if __name__ == "__main__":
    main()
