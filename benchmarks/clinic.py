"""A MediSync server with people in it, and files to send."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from pathlib import Path

import requests

from benchmarks import client
from recordings.media.ffmpeg import find_ffmpeg
from tests.server import Server

#: Ranges are asked for over as many connections, each of a person of its own, as
#: the hourly limit is a person's.
LISTENERS = 4


class Clinic:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.doctor = server.clinician("doctor@x.example", "--tier=premium")
        emails = [f"staff{number}@x.example" for number in range(LISTENERS)]
        self.listeners = [
            server.clinician(email, "--staff", "--tier=premium") for email in emails
        ]
        browser = server.session(emails[0])
        cookie = f"sessionid={browser.cookies['sessionid']}"
        self.staff = {"Cookie": cookie}

    def send(self, file: Path) -> tuple[float, str, str]:
        """Seconds; the visit's id and the recording's."""
        visit = self.server.appointment(self.doctor)
        url = f"{self.server.url}/api/recordings/add/{visit}"
        seconds = client.upload(url, self.doctor, file)
        found = requests.get(
            f"{self.server.url}/api/recordings/{visit}", headers=self.doctor, timeout=60
        )
        return seconds, visit, found.json()["data"][0]["_id"]

    def upload_speed(self, file: Path) -> float:
        """Megabytes a second until the acknowledgement."""
        return file.stat().st_size / 1e6 / self.send(file)[0]

    def audio(self, visit: str) -> str:
        return f"{self.server.url}/api/recordings/get/{visit}"

    def page(self, recording: str, name: str) -> str:
        return f"{self.server.url}/recordings/{recording}/{name}"


def sound(folder: Path, minutes: int, ending: str = "wav") -> Path:
    """Noise, as nothing on the way can make it smaller; 16 kHz mono."""
    target = folder / f"{minutes}.{ending}"
    if not target.exists():
        source = f"anoisesrc=d={minutes * 60}:r=16000:a=0.1:s=7"
        codec = (
            ["-c:a", "libopus", "-b:a", "24k", "-compression_level", "0"]
            if ending == "ogg"
            else []
        )
        ffmpeg("-f", "lavfi", "-i", source, *codec, str(target))
    return target


def ffmpeg(*arguments: str) -> float:
    """The seconds it took."""
    quiet = ["-nostdin", "-loglevel", "error", "-y"]
    begun = time.perf_counter()
    subprocess.run([find_ffmpeg(), *quiet, *arguments], check=True)
    return time.perf_counter() - begun


def copy_speed(source: Path, target: Path) -> float:
    """What an upload cannot be faster than: read, hash, write, sync; MB/s."""
    begun = time.perf_counter()
    digest = hashlib.sha256()
    with source.open("rb") as file, target.open("wb") as copy:
        while data := file.read(1 << 20):
            digest.update(data)
            copy.write(data)
        copy.flush()
        os.fsync(copy.fileno())
    seconds = time.perf_counter() - begun
    target.unlink()
    return source.stat().st_size / 1e6 / seconds
