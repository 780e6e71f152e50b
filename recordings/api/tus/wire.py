"""The headers of tus 1.0, read into plain values."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from medisync.lib.text import storable
from medisync.lib.times import read_moment
from recordings.resumable import SAMPLE_RATES

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-defer-length,checksum,expiration,termination"
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
PIECE = "application/offset+octet-stream"

# More digits than any file has bytes.
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_SHA256 = re.compile(r"(?:^|[,\s])sha-256=:([A-Za-z0-9+/]{43}=):", re.ASCII)


class Malformed(Exception):
    """A header that says nothing, or what no upload can be."""


def number(headers: Mapping[str, str], name: str) -> int | None:
    """The value of a header that counts bytes; None when it was not sent."""
    value = headers.get(name)
    if value is None:
        return None
    if not _NUMBER.fullmatch(value.strip()):
        raise Malformed
    return int(value)


def announced_length(headers: Mapping[str, str]) -> int | None:
    """How long a new upload will be; None when that is to be said later."""
    length = number(headers, "Upload-Length")
    later = headers.get("Upload-Defer-Length")
    if (length is None) == (later is None) or later not in (None, "1"):
        raise Malformed
    return length


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one piece must hash to."""

    algorithm: str
    value: bytes


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    sent = headers.get("Upload-Checksum")
    if sent is None:
        return None
    algorithm, _, value = sent.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise Malformed
    return Checksum(algorithm, _base64(value))


def whole_digest(headers: Mapping[str, str]) -> str:
    """The SHA-256 of the whole as hex, from Repr-Digest (RFC 9530); or nothing."""
    sent = headers.get("Repr-Digest")
    if sent is None:
        return ""
    found = _SHA256.search(sent)
    if found is None:
        raise Malformed
    return _base64(found[1]).hex()


@dataclass(frozen=True)
class Metadata:
    """What this clinic understands of Upload-Metadata; the rest is passed over."""

    filename: str = ""
    title: str = ""
    appointment: str = ""
    doctor: str = ""
    consent: str = ""
    consent_at: datetime | None = None
    recorded_at: datetime | None = None
    sample_rate: int | None = None


def metadata(headers: Mapping[str, str]) -> Metadata:
    told = _pairs(headers.get("Upload-Metadata", ""))
    return Metadata(
        filename=told.get("filename", ""),
        title=told.get("title", "").strip(),
        appointment=told.get("appointment", ""),
        doctor=told.get("doctor", ""),
        consent=told.get("consent", "").strip(),
        consent_at=_moment(told.get("consentAt", "")),
        recorded_at=_moment(told.get("recordedAt", "")),
        sample_rate=_sample_rate(told.get("sampleRate", "")),
    )


def _pairs(header: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in filter(None, map(str.strip, header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            text = _base64(value).decode()
        except UnicodeDecodeError as error:
            raise Malformed from error
        if key in pairs or not storable(text):
            raise Malformed
        pairs[key] = text
    return pairs


def _base64(value: str) -> bytes:
    try:
        return base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed from error


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = read_moment(text)
    if moment is None:
        raise Malformed
    return moment


def _sample_rate(text: str) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or int(text) not in SAMPLE_RATES:
        raise Malformed
    return int(text)
