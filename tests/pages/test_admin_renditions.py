"""Staff see what could not be made and why, and ask for it again."""

from __future__ import annotations

from django_tasks_db.models import DBTaskResult

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from recordings.choices import Form, RenditionState
from recordings.models import Rendition
from recordings.recipes import RECIPES
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit

REASON = "The audio is damaged and cannot be read to its end."
LIST = "/admin/recordings/rendition/"


def test_a_failed_one_is_shown_with_its_reason_and_made_again(
    doctor: User, staff: User, add_visit: AddVisit, signed_in: SignedIn
) -> None:
    failed = Rendition.objects.create(
        recording=add_visit(doctor),
        form=Form.MP3,
        recipe=RECIPES[Form.MP3].name,
        state=RenditionState.FAILED,
        attempts=3,
        error=REASON,
    )
    DBTaskResult.objects.all().delete()
    client = signed_in(staff)
    page = client.get(LIST).content.decode()
    assert REASON in page
    assert '<td class="field-attempts">3</td>' in page

    form = {"action": "make_again", "_selected_action": failed.pk}
    assert "Make these again?" in client.post(LIST, form).content.decode()
    failed.refresh_from_db()
    assert failed.state == RenditionState.FAILED
    answer = client.post(LIST, {**form, "count": "1"}, follow=True)

    assert "1 will be made again in the background." in answer.content.decode()
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.error) == ("waiting", 0, "")
    assert DBTaskResult.objects.get().args_kwargs["args"] == [failed.recording_id]
    event = AuditEvent.objects.get(action="rendition.make_again")
    assert (event.actor_id, event.details) == (staff.pk, {"form": "mp3"})


def test_one_that_is_ready_stays(
    doctor: User, staff: User, add_visit: AddVisit, signed_in: SignedIn
) -> None:
    ready = Rendition.objects.create(
        recording=add_visit(doctor),
        form=Form.MP3,
        recipe=RECIPES[Form.MP3].name,
        state=RenditionState.READY,
    )
    form = {"action": "make_again", "_selected_action": ready.pk}
    answer = signed_in(staff).post(LIST, {**form, "count": "1"}, follow=True)

    assert "0 will be made again" in answer.content.decode()
    ready.refresh_from_db()
    assert ready.state == RenditionState.READY
