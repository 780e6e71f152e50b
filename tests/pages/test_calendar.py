"""The days and weeks of appointments."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments.calendar import MOST_A_DAY
from appointments.models import Appointment
from appointments.status import Status, moves
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn

DAY = "2026-05-06"  # A Wednesday.


def text(signed_in: SignedIn, user: User, query: str) -> str:
    answer = signed_in(user).get(f"/appointments/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def add(doctor: User, name: str, **facts: object) -> Appointment:
    facts = {"date": DAY, **facts}
    return AppointmentFactory.create(doctor=doctor, name=name, **facts)


def test_a_day_in_its_order(signed_in: SignedIn, doctor: User) -> None:
    add(doctor, "Late", time="16:00", patient=PatientFactory.create(doctor=doctor))
    add(doctor, "Early", time="08:00", status=Status.FINISHED)
    add(doctor, "Tomorrow", date="2026-05-07")

    page = text(signed_in, doctor, f"on={DAY}")

    assert page.index("Early") < page.index("Late")
    assert "Lena Vogel" in page
    assert '<span class="pill finished">Finished</span>' in page
    assert "Tomorrow" not in page
    assert 'name="doctor"' not in page


def test_without_a_day_it_is_today(signed_in: SignedIn, doctor: User) -> None:
    add(doctor, "Now", date=str(timezone.localdate()))

    for query in ("", "on=nonsense", "on=0001-01-01", "on=9999-12-31", "doctor=x"):
        assert "Now" in text(signed_in, doctor, query)


def test_a_week_from_monday_to_sunday(signed_in: SignedIn, doctor: User) -> None:
    for number, date in enumerate(
        ["2026-05-03", "2026-05-04", "2026-05-10", "2026-05-11"]
    ):
        add(doctor, f"Visit {number}", date=date)

    page = text(signed_in, doctor, f"on={DAY}&view=week")

    assert [f"Visit {n}" in page for n in range(4)] == [False, True, True, False]
    assert "on=2026-04-29&amp;view=week" in page
    assert "on=2026-05-13&amp;view=week" in page


def test_a_full_day_leads_from_the_week_to_itself(
    signed_in: SignedIn, doctor: User
) -> None:
    for minute in range(MOST_A_DAY + 3):
        add(doctor, f"Visit {minute:02}", time=f"09:{minute:02}")

    page = text(signed_in, doctor, f"on={DAY}&view=week")

    assert "Visit 11" in page
    assert "Visit 12" not in page
    assert "3 more" in page


def test_a_doctor_sees_their_own_and_staff_choose_whose(
    signed_in: SignedIn, doctor: User, other_doctor: User, staff: User
) -> None:
    add(doctor, "Own visit")
    add(other_doctor, "Their visit")

    for view in ("day", "week"):
        query = f"on={DAY}&view={view}"
        theirs = f"{query}&doctor={other_doctor.pk}"
        assert "Their visit" not in text(signed_in, doctor, query)
        assert "Their visit" not in text(signed_in, doctor, theirs)
        both = text(signed_in, staff, query)
        assert "Own visit" in both
        assert "Their visit" in both
        assert "Own visit" not in text(signed_in, staff, theirs)


def test_an_empty_day_says_what_to_do(signed_in: SignedIn, doctor: User) -> None:
    assert f"/appointments/new?on={DAY}" in text(signed_in, doctor, f"on={DAY}")


@pytest.mark.parametrize("view", ["day", "week"])
def test_the_queries_do_not_grow_with_the_rows(
    signed_in: SignedIn, staff: User, view: str
) -> None:
    def queries() -> int:
        browser = signed_in(staff)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get(f"/appointments/?on={DAY}&view={view}")
        return len(seen)

    def visit(number: int) -> None:
        patient = PatientFactory.create()
        add(patient.doctor, "Visit", time=f"09:{number:02}", patient=patient)

    visit(0)
    few = queries()
    for number in range(1, 30):
        visit(number)
    assert queries() == few


class TestStatus:
    def move(
        self, signed_in: SignedIn, user: User, visit: Appointment, status: str
    ) -> int:
        path = f"/appointments/{visit.pk}/status"
        return signed_in(user).post(path, {"status": status}).status_code

    @pytest.mark.parametrize("now", Status)
    def test_the_page_offers_what_is_allowed_and_no_more(
        self, signed_in: SignedIn, doctor: User, now: Status
    ) -> None:
        visit = add(doctor, "Visit", status=now)
        page = signed_in(doctor).get(f"/appointments/{visit.pk}/").content.decode()

        for status in Status:
            assert (f'value="{status}"' in page) == (status in moves(now))
            Appointment.objects.filter(pk=visit.pk).update(status=now)
            answer = self.move(signed_in, doctor, visit, status)
            visit.refresh_from_db()
            if status in moves(now):
                assert (answer, visit.status) == (302, status)
            else:
                assert (answer, visit.status) == (409, now)

    def test_a_move_is_on_the_trail(self, signed_in: SignedIn, doctor: User) -> None:
        visit = add(doctor, "Visit", status=Status.PLANNED)

        assert self.move(signed_in, doctor, visit, Status.FINISHED) == 302

        event = AuditEvent.objects.get(object_id=visit.pk)
        assert (event.action, event.details) == (
            "appointment.update",
            {"fields": ["status"]},
        )

    def test_what_is_no_status_is_refused(
        self, signed_in: SignedIn, doctor: User
    ) -> None:
        visit = add(doctor, "Visit", status=Status.PLANNED)

        for nonsense in ("", "gone", "\0"):
            assert self.move(signed_in, doctor, visit, nonsense) == 409
