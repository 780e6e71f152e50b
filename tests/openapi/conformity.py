"""Asks the real server what a document says may be asked, and looks at the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CheckContext
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from medisync.urls import DOCUMENTS
from tests.server import Server

# The same cases each time: a run must not fail by chance.
PROFILE = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
#: Faults that the contracts document: no engine (501), a part that is down (503).
_DOCUMENTED_FAULTS = {501, 503}


def no_fault(ctx: CheckContext, response: Any, case: Any) -> None:
    status = response.status_code
    assert status < 500 or status in _DOCUMENTED_FAULTS, response.text


CHECKS = [
    no_fault,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@cache
def described(name: str) -> Any:
    return schemathesis.openapi.from_dict(
        json.loads(json.dumps(DOCUMENTS[name].build()))
    )


Test = TypeVar("Test", bound=Callable[..., None])


def each_operation_of(name: str) -> Callable[[Test], Test]:
    """Cases that the document allows, and such as it does not."""
    found: Callable[[Test], Test] = described(name).parametrize()
    return found


def check(case: Any, server: Server, **credentials: Any) -> Any:
    return case.call_and_validate(
        base_url=server.url, checks=CHECKS, timeout=60, **credentials
    )


def answer(name: str, path: str, method: str, server: Server, **sent: Any) -> Any:
    """The answer to one operation, which is as its document says."""
    call = {key: sent.pop(key) for key in ("auth", "headers") if key in sent}
    case = described(name)[path][method].Case(**sent)
    return check(case, server, **call)
