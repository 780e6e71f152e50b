from __future__ import annotations

import pytest

from medisync.accounts.models import User
from medisync.audit import listening
from medisync.audit.models import AuditEvent
from recordings.choices import Form, RenditionState
from recordings.models import Recording, Rendition
from recordings.recipes import RECIPES
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit
from tests.telephony.speech import imported

pytestmark = pytest.mark.django_db


def test_it_tells_who_heard_which_part(
    signed_in: SignedIn, doctor: User, staff: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    url = f"/recordings/{recording.pk}/"
    page = signed_in(doctor)
    assert "Nobody yet" in page.get(url).content.decode()

    colleague = signed_in(staff)
    half = f"bytes=0-{recording.size // 2}"
    colleague.get(f"{url}original", headers={"Range": half}).getvalue()
    colleague.get(f"{url}original?download=1").getvalue()
    listening.flush()

    text = page.get(url).content.decode()
    half_way, end = recording.duration_ms // 2000, recording.duration_ms // 1000
    assert str(staff) in text
    assert f"0:00–0:{half_way:02}" in text
    assert f"0:00–0:{end:02}" in text
    assert text.index(">Downloaded<") < text.index(">Listened<")


def test_it_shows_what_is_being_made_and_what_failed(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor, "opus.ogg")
    url = f"/recordings/{recording.pk}/"
    client = signed_in(doctor)
    rendition = Rendition.objects.create(
        recording=recording, form=Form.MP3, recipe=RECIPES[Form.MP3].name
    )

    text = client.get(url).content.decode()
    assert "The MP3 is being made." in text
    assert 'hx-trigger="every 3s"' in text

    rendition.state = RenditionState.FAILED
    rendition.save(update_fields=["state"])
    text = client.get(url).content.decode()
    assert "Making the MP3 failed." in text
    assert "every 3s" not in text


@pytest.mark.parametrize("typed", ["", "x", "del"])
def test_it_is_not_deleted_by_mistake(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit, typed: str
) -> None:
    recording = add_visit(doctor)

    answer = signed_in(doctor).post(
        f"/recordings/{recording.pk}/delete", {"typed": typed}
    )

    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert Recording.objects.ready().filter(pk=recording.pk).exists()


@pytest.mark.parametrize("typed", ["delete", "DELETE", "the title"])
def test_the_word_or_the_title_deletes_it(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit, typed: str
) -> None:
    recording = add_visit(doctor)
    client = signed_in(doctor)
    url = f"/recordings/{recording.pk}/"
    assert "Type “delete” to confirm" in client.get(f"{url}delete").content.decode()
    word = str(recording) if typed == "the title" else typed

    answer = client.post(f"{url}delete", {"typed": word}, follow=True)

    assert "The recording is deleted." in answer.content.decode()
    assert not Recording.objects.filter(pk=recording.pk).exists()
    event = AuditEvent.objects.get(action="recording.delete")
    assert (event.actor_id, event.object_id) == (doctor.pk, recording.pk)
    assert client.get(url).status_code == 404


def test_nobody_deletes_anothers(
    signed_in: SignedIn, doctor: User, other_doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)

    answer = signed_in(other_doctor).post(
        f"/recordings/{recording.pk}/delete", {"typed": "delete"}
    )

    assert answer.status_code == 404
    assert Recording.objects.ready().filter(pk=recording.pk).exists()


def test_a_call_tells_who_spoke_with_whom(signed_in: SignedIn, staff: User) -> None:
    call_recording = imported()
    call = call_recording.call
    assert call is not None

    url = f"/recordings/{call_recording.recording_id}/"
    text = signed_in(staff).get(url).content.decode()

    assert f"<dt>Caller</dt><dd>{call.caller}</dd>" in text
    assert f"<dt>Callee</dt><dd>{call.callee}</dd>" in text
