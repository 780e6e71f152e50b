"""What a browser is given to play a recording with."""

from __future__ import annotations

from recordings.models import Recording

# What current browsers decode themselves; anything else is played as MP3.
_PLAYABLE = {
    "pcm_u8": 'audio/wav; codecs="1"',
    "pcm_s16le": 'audio/wav; codecs="1"',
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "opus": 'audio/ogg; codecs="opus"',
    "vorbis": 'audio/ogg; codecs="vorbis"',
}
_PLAYABLE_CONTAINERS = {"wav", "mp3", "flac", "ogg"}


def playable_type(recording: Recording) -> str:
    """The MIME type to offer the original to a player with; empty: do not."""
    if recording.container not in _PLAYABLE_CONTAINERS:
        return ""
    return _PLAYABLE.get(recording.codec, "")
