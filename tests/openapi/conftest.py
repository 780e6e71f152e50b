from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from schemathesis.pytest.plugin import SchemathesisFunction

from tests.server import PASSWORD, Server
from tests.telephony.speech import CALL_NAME, PROMPT, copied

_PEOPLE = 80
_ADD_PEOPLE = """
from tests.openapi.people import add_people
add_people({count}, {wav!r}, {folder!r})
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each operation's test is one of its own, which schemathesis forgets to say.

    They have one name otherwise, and of those with one name xdist runs one.
    """
    for item in items:
        if isinstance(item, SchemathesisFunction):
            item._id = item.id.with_params(item.operation_label)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("openapi")) as running:
        yield running


# --- People, and what is theirs -------------------------------------------------------


@dataclass
class Person:
    """A clinician with a limit of requests and records of their own."""

    records: dict[str, str]
    _cases: int = 0

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.records['token']}"}

    def name_what_is_theirs(self, case: Any) -> None:
        """Every second case names a record that is there, wherever it names one."""
        self._cases += 1
        if self._cases % 2:
            return
        for name in case.path_parameters:
            case.path_parameters[name] = self._id(name, case)
        if "doctorName" in (case.query or {}):
            case.query["doctorName"] = self.records["doctor_name"]

    def _id(self, name: str, case: Any) -> str:
        if name != "record_id":
            return self.records[name]
        # Notes are deleted, and letters changed, by ids of their own.
        owns = {("DELETE", "notes"): "note_id", ("PUT", "doctor-letters"): "letter_id"}
        place = case.path.removeprefix("/api/").partition("/")[0]
        return self.records[owns.get((case.method, place), "appointment_id")]


@pytest.fixture(scope="session")
def people(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """What is each person's: one for every test that may ask for somebody."""
    folder = tmp_path_factory.mktemp("people")
    call = _ADD_PEOPLE.format(count=_PEOPLE, wav=str(PROMPT), folder=str(folder))
    printed = server.manage("shell", "-c", call)
    return (json.loads(line) for line in printed.splitlines() if line[:1] == "{")


@pytest.fixture
def person(people: Iterator[dict[str, str]]) -> Person:
    return Person(next(people))


# --- The phone systems' dialects ------------------------------------------------------


@dataclass(frozen=True)
class Phones:
    """A recorded call, and who may ask for it in each dialect."""

    call: dict[str, Any]
    account: tuple[str, str]
    #: Those with ``spare`` are for the calls that end them.
    yeastar: dict[str, str]
    yeastar_spare: dict[str, str]
    pseries: dict[str, str]
    pseries_spare: dict[str, str]


@pytest.fixture(scope="session")
def phones(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Phones:
    """Everything is asked for before a wrong login locks this address."""
    account = server.json("create_account", "Front desk")
    path = copied(PROMPT, tmp_path_factory.mktemp("calls") / CALL_NAME)
    call = server.json(
        "import_recordings", str(path), "--account-sid", account["account_sid"]
    )
    server.json("create_pbx_user", "crmlink")

    def yeastar() -> dict[str, str]:
        md5 = hashlib.md5(PASSWORD.encode(), usedforsecurity=False).hexdigest()
        body = {"username": "crmlink", "password": md5, "port": "8260"}
        url = f"{server.url}/api/v1.1.0/login"
        return {"token": requests.post(url, json=body, timeout=30).json()["token"]}

    def pseries() -> dict[str, str]:
        answer = requests.post(
            f"{server.url}/openapi/v1.0/get_token",
            json={"username": "crmlink", "password": PASSWORD},
            headers={"User-Agent": "OpenAPI"},
            timeout=30,
        )
        return {"access_token": answer.json()["access_token"]}

    return Phones(
        call=call,
        account=(account["account_sid"], account["token"]),
        yeastar=yeastar(),
        yeastar_spare=yeastar(),
        pseries=pseries(),
        pseries_spare=pseries(),
    )
