"""Lists of a million recordings and of a thousand: a page should cost the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import requests

from benchmarks import client
from benchmarks.table import Table
from tests.server import PASSWORD, Server
from tests.with_postgresql import postgresql

FEW, MANY = 1_000, 1_000_000
_NAMES = ["--first-name", "Ida", "--last-name", "Brandt", "--tier", "premium"]

# What else the machine does is none of a list's cost: the fastest of these counts.
_TRIES = 7

#: Path, by who asks; a goal only where a page is asked for.
_PAGES = {
    "staff, newest": ("staff", "/"),
    "staff, visits, longest": ("staff", "/?source=visit&sort=longest"),
    "staff, a word of all": ("staff", "/?q=knee"),
    "staff, a beginning of all": ("staff", "/?q=k"),
    "staff, a word of all, longest": ("staff", "/?q=knee&sort=longest"),
    "staff, a rare word": ("staff", "/?q=vogel7x"),
    "staff, a phone number of nobody": ("staff", "/?q=%2B49+30+1000500"),
    "a doctor, two words": ("doctor's page", "/?q=lena+knee"),
    "MediSync recordings": ("doctor", "/api/recordings?limit=20"),
    "MediSync appointments": ("doctor", "/api/appointments/doctors?limit=20"),
    "MediSync patients": ("doctor", "/api/patients/search?query=&limit=20"),
    "P-Series recordings": ("pbx", "/openapi/v1.0/recording/list?page_size=20"),
    "P-Series calls": ("pbx", "/openapi/v1.0/cdr/list?page_size=20"),
    "P-Series calls of one caller": (
        "pbx",
        "/openapi/v1.0/cdr/search?page_size=20&call_from=%2B49301000100",
    ),
    "LaML recordings": ("laml", "/Recordings.json?PageSize=20"),
}


class Lists:
    """A server with ``count`` recordings, and somebody of every dialect."""

    def __init__(self, server: Server, count: int) -> None:
        self._url = server.url
        self._headers = {
            "doctor": server.clinician("doctor@x.example", *_NAMES),
            "staff": {},
            "doctor's page": {},
            "pbx": {"User-Agent": "OpenAPI"},
            "laml": {},
        }
        server.json("create_clinician", "staff@x.example", *_NAMES, "--staff")
        server.json("create_pbx_user", "front-desk")
        account = server.json("create_account", "Clinic")
        server.manage("shell", "-c", _FILL.format(count, account["account_sid"]))
        for who, email in {"staff": "staff", "doctor's page": "doctor"}.items():
            cookies = server.session(f"{email}@x.example").cookies
            self._headers[who] = {"Cookie": f"sessionid={cookies['sessionid']}"}
        sid = account["account_sid"]
        self._mount = {"laml": f"/api/laml/2010-04-01/Accounts/{sid}"}
        basic = requests.Request("GET", self._url, auth=(sid, account["token"]))
        self._headers["laml"] = {
            "Authorization": basic.prepare().headers["Authorization"]
        }

    def page(self, who: str, path: str) -> Callable[[], float]:
        """Milliseconds of a request."""
        url = self._url + self._mount.get(who, "") + path
        if who == "pbx":
            url += f"&access_token={self._access_token()}"
        headers = self._headers[who]

        def milliseconds() -> float:
            return 1000 * min(client.download(url, headers)[1] for _ in range(_TRIES))

        return milliseconds

    def _access_token(self) -> str:
        # A new one each time: they last half an hour, a run with its filling longer.
        answer = requests.post(
            f"{self._url}/openapi/v1.0/get_token",
            json={"username": "front-desk", "password": PASSWORD},
            headers=self._headers["pbx"],
            timeout=30,
        )
        return str(answer.json()["access_token"])


_FILL = """
from benchmarks.rows import fill
from medisync.accounts.models import User
doctor = User.objects.get(email="doctor@x.example").pk
fill({}, doctor=doctor, account="{}")
"""


def measure(table: Table, folder: Path) -> None:
    _compare(table, folder, "SQLite", {}, {})
    with postgresql() as few, postgresql() as many:
        _compare(
            table,
            folder,
            "PostgreSQL",
            {"DATABASE_URL": few.url},
            {"DATABASE_URL": many.url},
        )


def _compare(
    table: Table, folder: Path, name: str, few: dict[str, str], many: dict[str, str]
) -> None:
    with (
        tempfile.TemporaryDirectory(dir=folder) as data,
        Server(Path(data) / "few", **few) as small,
        Server(Path(data) / "many", **many) as large,
    ):
        short, long = Lists(small, FEW), Lists(large, MANY)
        for what, (who, path) in _PAGES.items():
            table.compare(
                f"list, {name}, {what}: 1,000,000; 1,000",
                "ms",
                long.page(who, path),
                short.page(who, path),
                goal="at most 1.2",
            )
        deep = f"/api/recordings?limit=20&page={MANY // 2 // 20}"
        table.compare(
            f"list, {name}, MediSync recordings, the last page; the first",
            "ms",
            long.page("doctor", deep),
            long.page("doctor", "/api/recordings?limit=20"),
            goal="-",
        )
