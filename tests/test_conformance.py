"""The table of what is held is true and whole (docs/conformance.md)."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve

from medisync.urls import unknown_path
from telephony.api.laml.views import UnknownLamlPath
from telephony.api.pseries.views import UnknownInterface, UnknownVersion
from telephony.api.yeastar.views import UnknownYeastarPath
from tests import conformance
from tests.conformance import Mark, Row

pytestmark = pytest.mark.once

ROWS = conformance.rows()
OPERATIONS = [
    row for row in ROWS if not row.is_rule and not row.title.startswith("sends ")
]
NOWHERE = (UnknownLamlPath, UnknownInterface, UnknownVersion, UnknownYeastarPath)

ID = "0123456789abcdef01234567"
MOUNTS = {
    "medisync": ["/api"],
    "nuxera": [""],
    "yeastar": ["/api/v1.1.0", "/api/v1.10", "/api/v2.0.0"],
    "laml": ["/api/laml/2010-04-01", "/2010-04-01"],
}


def test_the_table_is_up_to_date() -> None:
    marks = conformance.marks()

    assert conformance.complaints(ROWS, marks) == []
    # If not: make conformance.
    assert conformance.TABLE.read_text() == conformance.table(ROWS, marks)


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.title)
def test_every_listed_operation_has_its_own_url(row: Row) -> None:
    method, path = row.title.split(" ")
    # A key of Nuxera's has a number; everything else takes an id.
    path = re.sub(r"\{\w+\}", "1" if "apiKeys" in path else ID, path)
    below = row.dialect == "yeastar" and path.startswith(("/openapi", "/api/download"))
    for mount in [""] if below else MOUNTS[row.dialect]:
        function = resolve(mount + path).func
        view = getattr(function, "cls", None)
        assert function is not unknown_path
        assert view not in NOWHERE
        assert hasattr(view, method.lower())


def test_what_keeps_the_table_from_being_true_is_told() -> None:
    row = Row("laml", ("3", "4"), "GET /x", False, False, "")
    other = Row("laml", ("4",), "DELETE /x", False, False, "")

    def told(*marks: Mark) -> int:
        return len(conformance.complaints([row, other], marks))

    assert told(Mark("a.py", "laml", "4", ())) == 0
    assert told(Mark("a.py", "laml", "4", ("GET /x",))) == 1
    assert told(Mark("a.py", "laml", "4", ()), Mark("a.py", "laml", "5", ())) == 1
    assert told(Mark("a.py", "laml", "4", ()), Mark("b.py", "laml", "4", ("?",))) == 1
    assert told() == 2
