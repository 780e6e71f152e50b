"""A page of a list is read off an index, and costs the same number of queries,
however long the list is."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from benchmarks.rows import fill
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings.models import Recording
from telephony.services import create_account
from tests.conftest import Bearer
from tests.telephony.pseries.caller import Caller, make_user

pytestmark = pytest.mark.django_db

MANY = 20_000
TABLES = [
    "telephony_callrecording",
    "telephony_call",
    "recordings_searchentry",
    "recordings_recording",
    "appointments_appointment",
    "appointments_patient",
]
STAFF = [
    "/",
    "/?sort=oldest",
    "/?sort=longest",
    "/?sort=shortest",
    "/?source=call",
    "/?source=visit&sort=longest",
    "/?q=knee",
    "/?q=k&sort=oldest",
    "/?q=knee+vogel7x",
]
OWN = ["/?q=lena+knee", "/?sort=longest"]
DOCTOR = [
    "/api/recordings?limit=20",
    "/api/appointments/doctors?limit=20",
    "/api/patients/search?query=&limit=20",
]
PBX = [
    "recording/list?page_size=20",
    "recording/list?page_size=20&order_by=desc",
    "cdr/list?page_size=20",
    "cdr/list?page_size=20&sort_by=time",
]
LAML = ["Recordings.json?PageSize=20", "Recordings.json?PageSize=20&Page=2"]

Statements = list[tuple[str, Any]]


class Watched:
    """Asks for lists as whoever they are for, and remembers the statements."""

    def __init__(self, doctor: User, staff: User, bearer: Bearer) -> None:
        self.doctor, self.account = doctor, create_account("Clinic", actor=SYSTEM)
        browser, own, api = Client(), Client(), Client()
        browser.force_login(staff)
        own.force_login(doctor)
        make_user()
        pbx = Caller()
        pbx.log_in()
        account, token = self.account
        basic = base64.b64encode(f"{account.pk}:{token}".encode()).decode()
        laml = {"Authorization": f"Basic {basic}"}
        mount = f"/api/laml/2010-04-01/Accounts/{account.pk}"
        self.lists: dict[str, Callable[[], Any]] = {
            **{path: partial(browser.get, path) for path in STAFF},
            **{f"own {path}": partial(own.get, path) for path in OWN},
            **{path: partial(api.get, path, headers=bearer(doctor)) for path in DOCTOR},
            **{
                path: partial(pbx.send, "GET", f"{path}&access_token={pbx.token}")
                for path in PBX
            },
            **{
                path: partial(api.get, f"{mount}/{path}", headers=laml) for path in LAML
            },
        }

    def fill(self, count: int) -> None:
        account, _ = self.account
        fill(count, doctor=self.doctor.pk, account=str(account.pk))

    def ask(self, path: str) -> Statements:
        statements: Statements = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            # Those of a page's doctors: one where it has any, none where it has not.
            if ' FROM "accounts_user"' not in sql:
                statements.append((sql, params))
            return execute(sql, params, many, context)

        cache.clear()
        with connection.execute_wrapper(note):
            answer = self.lists[path]()
        assert answer.status_code == 200
        # One dialect tells an error so.
        assert b'"errcode"' not in answer.content or b"SUCCESS" in answer.content
        return statements


def plan(sql: str, params: Any) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor)


def is_of_rows(sql: str) -> bool:
    """Whether a statement is for the rows of a page.

    What belongs to them is had by their ids, and their number counted up to a bound.
    """
    begins, _, table = sql.partition(' FROM "')
    return (
        " LIMIT " in sql and "COUNT(" not in begins and table.startswith(tuple(TABLES))
    )


def reads_all(told: str) -> bool:
    """Whether a plan goes through a whole table, or sorts what it found of one.

    PostgreSQL sorts the few rows that its index of words found for a rare word.
    """
    if "Bitmap Index Scan on recordings_searchentry_words" in told:
        return False
    whole = (
        [f"Seq Scan on {table}" for table in TABLES]
        + ["Sort Key: recordings_", "Sort Key: telephony_", "Sort Key: appointments_"]
        if connection.vendor == "postgresql"
        else [f"SCAN {table}\n" for table in TABLES] + ["TEMP B-TREE FOR ORDER BY"]
    )
    return any(sign in f"{told}\n" for sign in whole)


@pytest.fixture
def watched(doctor: User, staff: User, bearer: Bearer) -> Watched:
    return Watched(doctor, staff, bearer)


def test_plans_and_queries(watched: Watched) -> None:
    watched.fill(100)
    few = {path: len(watched.ask(path)) for path in watched.lists}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (from above)
    watched.fill(MANY)

    many = {path: watched.ask(path) for path in watched.lists}

    # Whether a search's words are rare is one more, if it finds something then.
    more = {path: len(asked) - few[path] for path, asked in many.items()}
    assert {path for path, count in more.items() if count > ("?q=" in path)} == set()
    bad = {
        path: (sql, told)
        for path, asked in many.items()
        for sql, params in asked
        if is_of_rows(sql) and reads_all(told := plan(sql, params))
    }
    assert not bad


def test_it_would_tell_a_list_that_is_sorted(watched: Watched) -> None:
    watched.fill(MANY)
    rows = Recording.objects.values("id")

    for order in (["size"], ["size", "id"]):
        statement = rows.order_by(*order)[:20].query.sql_with_params()
        assert reads_all(plan(*statement)), order
    statement = rows.order_by("-recorded_at", "-id")[:20].query.sql_with_params()
    assert not reads_all(plan(*statement))
