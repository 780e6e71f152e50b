"""How pages write a recording's facts."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from recordings import playing
from recordings.media.peaks import loudness_of
from recordings.models import Recording

register = template.Library()

_CODECS = {
    "mp3": "MP3",
    "flac": "FLAC",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "aac": "AAC",
    "alac": "ALAC",
    "amr_nb": "AMR",
    "amr_wb": "AMR wideband",
    "amrnb": "AMR",
    "amrwb": "AMR wideband",
    "gsm_ms": "GSM",
    "pcm_mulaw": "PCM mu-law",
    "pcm_alaw": "PCM A-law",
}


@register.filter
def length_of_time(milliseconds: int) -> str:
    """``1:05`` or ``2:00:07``: whole seconds, as players count them."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def length_of_seconds(seconds: int) -> str:
    return length_of_time(1000 * seconds)


@register.filter
def seconds(recording: Recording) -> str:
    """The length as scripts take it, whatever the language: ``83.4``."""
    return f"{recording.duration_ms / 1000:.1f}"


@register.filter
def playable_type(recording: Recording) -> str:
    return playing.playable_type(recording)


@register.filter
def strokes(sketch: str) -> str:
    """A sketch as the path of an SVG of 3 by 24 a step: one stroke each."""
    return "".join(
        f"M{3 * step + 1.5:g} {12 - 11 * loud:.1f}v{max(1, 22 * loud):.1f}"
        for step, loud in enumerate(loudness_of(sketch))
    )


@register.filter
def codec_name(codec: str) -> str:
    """``PCM 16 bit`` for ffmpeg's ``pcm_s16le``."""
    if codec in _CODECS:
        return _CODECS[codec]
    if codec.startswith("pcm_"):
        bits = "".join(char for char in codec.partition("_")[2] if char.isdigit())
        kind = " float" if codec.startswith("pcm_f") else ""
        return f"PCM {bits} bit{kind}"
    return codec.replace("_", " ").upper()


@register.filter
def channels_name(channels: int) -> str:
    return {1: _("1 (mono)"), 2: _("2 (stereo)")}.get(channels, str(channels))
