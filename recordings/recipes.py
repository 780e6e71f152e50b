"""How each form of a recording is made, and what tells two ways apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from recordings.choices import Form
from recordings.media.peaks import PEAKS_PARAMETERS, make_peaks
from recordings.media.transcode import (
    MP3_PARAMETERS,
    WAV_PARAMETERS,
    make_mp3,
    make_wav,
)
from recordings.models import Recording


@dataclass(frozen=True)
class Recipe:
    #: Derived from the parameters: a changed one makes a new rendition by itself.
    name: str
    make: Callable[..., None]
    content_type: str


def _recipe(
    form: Form,
    parameters: tuple[str, ...],
    make: Callable[..., None],
    content_type: str,
) -> Recipe:
    digest = hashlib.sha256("\n".join(parameters).encode()).hexdigest()
    return Recipe(f"{form}-{digest[:8]}", make, content_type)


#: In the order of their use: a player wants the MP3 and its waveform first.
RECIPES = {
    Form.MP3: _recipe(Form.MP3, MP3_PARAMETERS, make_mp3, "audio/mpeg"),
    Form.PEAKS: _recipe(Form.PEAKS, PEAKS_PARAMETERS, make_peaks, "application/json"),
    Form.WAV: _recipe(Form.WAV, WAV_PARAMETERS, make_wav, "audio/wav"),
}


def forms_to_make(recording: Recording) -> list[Form]:
    """What the original is not itself."""
    return [form for form in RECIPES if form != recording.container]


def is_current() -> Q:
    """The renditions made as they would be made now."""
    current = Q()
    for form, recipe in RECIPES.items():
        current |= Q(form=form, recipe=recipe.name)
    return current
