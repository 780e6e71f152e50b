from __future__ import annotations

import json
from pathlib import Path

import pytest

from medisync.accounts.models import User
from recordings.choices import Form
from recordings.media.peaks import loudness_of, sketch_of
from recordings.models import Rendition
from recordings.renditions import stored_audio
from tests.pages.conftest import SignedIn, signed_in
from tests.recordings.conftest import AddVisit

__all__ = ["signed_in"]


@pytest.mark.parametrize(
    ("channels", "loudness"),
    [
        ([[0.0, 0.25, 0.5]], [0, 0.5, 1]),
        # The louder side counts; the loudest step is at the top.
        ([[0.1, 0.0], [0.0, 0.05]], [1, 0.5]),
        ([[0.0, 0.0]], [0, 0]),
        ([[]], []),
        ([[0.5] * 4000], [1] * 48),
    ],
)
def test_it_has_the_shape_of_the_peaks(
    tmp_path: Path, channels: list[list[float]], loudness: list[float]
) -> None:
    file = tmp_path / "peaks.json"
    file.write_text(json.dumps({"peaks": channels}))

    assert loudness_of(sketch_of(file)) == pytest.approx(loudness, abs=0.02)


@pytest.mark.django_db
def test_the_list_draws_it_and_reads_no_file(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    client = signed_in(doctor)
    assert 'class="sketch"' not in client.get("/").content.decode()

    stored_audio(recording, Form.PEAKS)

    assert len(Rendition.objects.get(form=Form.PEAKS).sketch) > 10
    assert '<path d="M1.5 ' in client.get("/").content.decode()
